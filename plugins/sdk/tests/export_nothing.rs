//! A library without plugins is a plugin library all the same.

gsmooth_plugin_sdk::export_plugins! {}

#[test]
fn the_entry_is_there() {
    assert_eq!(gsmooth_plugin_entry_v1.tables.len, 0);
}

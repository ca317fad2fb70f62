//! Models that are damaged, malicious or of the wrong kind are errors, whatever is in them.

use super::*;

#[test]
fn models_of_another_interface_are_refused_with_what_was_found() {
    for (name, expected_side, mention) in [
        ("two_outputs.onnx", "output", "`z`"),
        ("two_inputs.onnx", "input", "`z`"),
        ("integer_output.onnx", "output", "i64"),
        ("double_input.onnx", "input", "f64"),
        ("sequence_output.onnx", "output", "Sequence"),
        ("optional_output.onnx", "output", "Option"),
    ] {
        let error = model_error(name);
        let text = error.to_string();
        let SessionError::Interface { side, found, .. } = error else { panic!("{name}: {text}") };
        assert_eq!(side, expected_side, "{name}");
        assert!(!found.is_empty() && text.contains(mention) && text.contains(name), "{text}");
    }
}

#[test]
fn damaged_models_are_errors() {
    let whole = std::fs::read(data("tiny.onnx")).unwrap();
    let open =
        |bytes: &[u8]| Session::from_bytes(runtime(), "damaged", bytes, None, &SessionOptions::default());
    open(&whole).unwrap();
    for length in (0..whole.len()).step_by(61) {
        let error = open(&whole[..length]).unwrap_err();
        assert!(error.to_string().contains("damaged"), "{error}");
    }
    let mut state = 1_u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u8
    };
    for length in [1, 16, 256, 4096] {
        let bytes: Vec<u8> = (0..length).map(|_| random()).collect();
        assert!(open(&bytes).is_err());
    }
    // Whatever one wrong byte does, it does not bring the process down.
    for position in (0..whole.len()).step_by(7) {
        let mut bytes = whole.clone();
        bytes[position] ^= random() | 1;
        if let Ok(mut session) = open(&bytes) {
            let input = session.input().name.clone();
            let _ = session.run(&input, &images(2), &[2, 1, 6, 6], &mut Vec::new());
        }
    }
    // The bytes that tell ONNX Runtime's own format lie in the producer's name here: read as ONNX, this is a good model.
    let mut other_format = whole;
    assert_eq!(&other_format[4..8], b"gsmo");
    other_format[4..8].copy_from_slice(b"ORTM");
    open(&other_format).unwrap();
}

#[test]
fn a_missing_file_is_an_error_with_its_name() {
    let error =
        Session::from_file(runtime(), Path::new("absent.onnx"), &SessionOptions::default()).unwrap_err();
    assert!(
        matches!(error, SessionError::Read { .. }) && error.to_string().contains("absent.onnx"),
        "{error}"
    );
}

#[test]
fn external_data_is_read_from_the_models_folder_only() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("model");
    std::fs::create_dir(&folder).unwrap();
    let weights: Vec<u8> = [1.0_f32, 2.0, 3.0, 4.0].iter().flat_map(|value| value.to_le_bytes()).collect();
    for place in [outer.path(), &folder] {
        std::fs::write(place.join("weights.bin"), &weights).unwrap();
    }
    let open = |name: &str, folder: Option<&Path>| {
        let bytes = std::fs::read(data("runtime").join(name)).unwrap();
        Session::from_bytes(runtime(), name, &bytes, folder, &SessionOptions::default())
    };
    let mut out = Vec::new();
    open("external.onnx", Some(&folder)).unwrap().run("x", &[0.5; 4], &[1, 4], &mut out).unwrap();
    assert_eq!(out, [1.5, 2.5, 3.5, 4.5]);

    for name in ["escaping.onnx", "absolute.onnx"] {
        assert!(matches!(open(name, Some(&folder)), Err(SessionError::Model { .. })), "{name}");
    }
    // The folder of the process is no substitute for the model's.
    assert!(matches!(open("external.onnx", None), Err(SessionError::Model { .. })));
    #[cfg(unix)]
    {
        std::fs::remove_file(folder.join("weights.bin")).unwrap();
        std::os::unix::fs::symlink("../weights.bin", folder.join("weights.bin")).unwrap();
        assert!(matches!(open("external.onnx", Some(&folder)), Err(SessionError::Model { .. })));
    }
}

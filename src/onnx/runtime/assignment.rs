//! Which execution provider each operator of a model really got.

use std::collections::BTreeMap;
use std::ffi::{CStr, c_char};
use std::ptr;

use ort::sys::{OrtEpAssignedNode, OrtEpAssignedSubgraph, OrtStatusPtr};
use ort::{AsPointer, ortsys};

/// The operators of a model that one provider runs.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct NodeAssignment {
    /// ONNX Runtime's name of the provider, such as `CPUExecutionProvider`.
    pub provider: String,
    /// How many nodes of each operator it runs, after ONNX Runtime's graph optimizations before the assignment.
    pub operators: BTreeMap<String, usize>,
}

/// Reads the assignment out of a session that was built with `session.record_ep_graph_assignment_info`. Sorted by
/// the provider's name.
pub(super) fn read(session: &ort::session::Session) -> ort::Result<Vec<NodeAssignment>> {
    let mut by_provider: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
    for subgraph in subgraphs(session)?.iter().flatten() {
        let operators = by_provider.entry(provider_of(subgraph)?).or_default();
        for node in nodes_of(subgraph)?.iter().flatten() {
            *operators.entry(operator_of(node)?).or_default() += 1;
        }
    }
    Ok(by_provider.into_iter().map(|(provider, operators)| NodeAssignment { provider, operators }).collect())
}

/// What the session hands out belongs to it: references to its opaque subgraphs and nodes borrow the session.
fn subgraphs(session: &ort::session::Session) -> ort::Result<&[Option<&OrtEpAssignedSubgraph>]> {
    let (mut list, mut count) = (ptr::null(), 0);
    // SAFETY: the session is alive; both results are written by the call.
    ortsys![unsafe Session_GetEpGraphAssignmentInfo(session.ptr(), &mut list, &mut count)?];
    // SAFETY: on success `list` points to `count` pointers that are valid as long as the session.
    Ok(unsafe { references(list, count) })
}

fn nodes_of(subgraph: &OrtEpAssignedSubgraph) -> ort::Result<&[Option<&OrtEpAssignedNode>]> {
    let (mut list, mut count) = (ptr::null(), 0);
    // SAFETY: only a session hands out subgraphs, and it is borrowed; both results are written by the call.
    ortsys![unsafe EpAssignedSubgraph_GetNodes(subgraph, &mut list, &mut count)?];
    // SAFETY: on success `list` points to `count` pointers that are valid as long as the session.
    Ok(unsafe { references(list, count) })
}

fn provider_of(subgraph: &OrtEpAssignedSubgraph) -> ort::Result<String> {
    // SAFETY: only a session hands out subgraphs, and it is borrowed; `text` can be written.
    read_text(|text| unsafe { (ortsys![EpAssignedSubgraph_GetEpName])(subgraph, text) })
}

fn operator_of(node: &OrtEpAssignedNode) -> ort::Result<String> {
    // SAFETY: only a session hands out nodes, and it is borrowed; `text` can be written.
    read_text(|text| unsafe { (ortsys![EpAssignedNode_GetOperatorType])(node, text) })
}

/// Copies a text that ONNX Runtime owns. `call` is one of its functions, which sets a C string or fails.
fn read_text(call: impl FnOnce(*mut *const c_char) -> OrtStatusPtr) -> ort::Result<String> {
    let mut text = ptr::null();
    let status = call(&mut text);
    // SAFETY: the status comes from ONNX Runtime and is released here.
    unsafe { ort::Error::result_from_status(status) }?;
    if text.is_null() {
        return Err(ort::Error::new("ONNX Runtime returned no name"));
    }
    // SAFETY: on success `text` is a C string of the borrowed session; it is copied at once.
    Ok(unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned())
}

/// # Safety
/// `list` points to `count` pointers, each null or valid for `'a`, or `count` is 0.
unsafe fn references<'a, T>(list: *const *const T, count: usize) -> &'a [Option<&'a T>] {
    if list.is_null() || count == 0 {
        return &[];
    }
    // SAFETY: as promised by the caller; `Option<&T>` is a pointer that may be null.
    unsafe { std::slice::from_raw_parts(list.cast(), count) }
}

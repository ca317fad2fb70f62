use serde_json::Map;

use super::super::CountsRecord;
use super::*;
use crate::certify::geometry::Kind;
use crate::certify::outcome::Status;

fn header() -> Header {
    Header {
        gsmooth: "1".into(),
        format: 1,
        audit: "a".into(),
        seed: 1,
        data: "d".into(),
        models: Map::new(),
        plugins: Vec::new(),
        onnxruntime: "1".into(),
        providers: Map::new(),
    }
}

fn record(index: u64) -> Record {
    Record {
        case: "c".into(),
        index,
        label: 1,
        predicted: Some(1),
        correct: true,
        status: Status::Certified,
        radius: 0.1 + 0.2,
        radius_real: None,
        radius_kind: Kind::Estimated,
        capped: false,
        radii: Map::new(),
        p_a: Some(0.99),
        p_b: None,
        selection: CountsRecord { counts: vec![1, 2], draws: 3, failures: 0 },
        counts: vec![5, 6],
        draws: 14,
        failures: 0,
        distance: None,
        evaluations: 0,
        planned_cells: 0,
        cells: Vec::new(),
        error: None,
    }
}

#[test]
fn a_torn_line_is_dropped_wherever_it_is_torn() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("records.jsonl");
    let (mut file, none) = RecordFile::open(&path, &header(), false).unwrap();
    assert!(none.is_empty());
    for index in 0..3 {
        file.append(&record(index)).unwrap();
    }
    drop(file);
    let whole = std::fs::read(&path).unwrap();
    for cut in 0..whole.len() {
        std::fs::write(&path, &whole[..cut]).unwrap();
        let (mut file, found) = RecordFile::open(&path, &header(), false).unwrap();
        for index in found.len() as u64..3 {
            file.append(&record(index)).unwrap();
        }
        drop(file);
        assert_eq!(std::fs::read(&path).unwrap(), whole, "cut at byte {cut}");
    }
}

#[test]
fn another_run_is_refused_and_says_what_differs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("records.jsonl");
    drop(RecordFile::open(&path, &header(), false).unwrap());
    let other = Header { seed: 2, ..header() };
    match RecordFile::open(&path, &other, false) {
        Err(RecordsError::OtherRun { differing, .. }) => assert_eq!(differing, ["seed"]),
        result => panic!("{result:?}"),
    }
    assert!(RecordFile::open(&path, &other, true).is_ok(), "a restart begins anew");
}

#[test]
fn two_writers_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("records.jsonl");
    let _first = RecordFile::open(&path, &header(), false).unwrap();
    assert!(matches!(RecordFile::open(&path, &header(), false), Err(RecordsError::Locked { .. })));
}

/// A child that was forked while the file was open holds its lock for a moment longer.
#[test]
fn a_lock_that_ends_soon_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("records.jsonl");
    let (first, _) = RecordFile::open(&path, &header(), false).unwrap();
    let copy = first.file.try_clone().unwrap();
    drop(first);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            std::thread::sleep(2 * BETWEEN);
            drop(copy);
        });
        assert!(RecordFile::open(&path, &header(), false).is_ok());
    });
}

#[test]
fn a_damaged_line_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("records.jsonl");
    drop(RecordFile::open(&path, &header(), false).unwrap());
    OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"case\": 7}\n").unwrap();
    assert!(matches!(RecordFile::open(&path, &header(), false), Err(RecordsError::Line { line: 2, .. })));
}

#[test]
fn records_are_read_back_to_the_last_bit() {
    for i in 1..2000_u32 {
        let written = Record { radius: (f64::from(i) * 0.737).sin().abs() / 3.0, ..record(0) };
        let read: Record = serde_json::from_slice(&serde_json::to_vec(&written).unwrap()).unwrap();
        assert_eq!(read.radius.to_bits(), written.radius.to_bits(), "{}", written.radius);
    }
}

//! Running batches: bits, shapes, threads, errors.

use super::*;

#[test]
fn a_model_runs_and_gives_the_same_bits_alone_and_in_a_batch() {
    let mut session = tiny();
    assert_eq!(session.input().shape, [None, Some(1), Some(6), Some(6)]);
    assert_eq!(
        (session.output().name.as_str(), session.output().shape.as_slice()),
        ("logits", [None, Some(3)].as_slice())
    );
    let images = images(9);
    let mut batch = Vec::new();
    assert_eq!(session.run("image", &images, &[9, 1, 6, 6], &mut batch).unwrap(), [9, 3]);
    assert!(batch.iter().all(|value| value.is_finite()) && batch[..3] != batch[3..6]);
    let (mut out, mut singles) = (Vec::new(), Vec::new());
    for image in images.chunks(36) {
        assert_eq!(session.run("image", image, &[1, 1, 6, 6], &mut out).unwrap(), [1, 3]);
        singles.extend(out.iter().map(|value| value.to_bits()));
    }
    assert_eq!(singles, batch.iter().map(|value| value.to_bits()).collect::<Vec<_>>());
}

#[test]
fn staged_batches_of_any_size_give_the_same_bits() {
    let (mut staged, mut direct) = (tiny(), tiny());
    staged.stage(StagingMemory::Ordinary);
    assert!(!staged.is_staged(), "not before a batch went both ways");
    let images = images(9);
    let (mut out, mut expected) = (Vec::new(), Vec::new());
    for (first, count) in [(0, 4), (4, 4), (2, 7), (8, 1), (0, 9)] {
        let batch = &images[first * 36..(first + count) * 36];
        let shape = [count, 1, 6, 6];
        let found = staged.run("image", batch, &shape, &mut out).unwrap();
        assert_eq!(found, direct.run("image", batch, &shape, &mut expected).unwrap());
        let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&out), bits(&expected), "{count} from {first}");
        assert!(staged.is_staged());
    }
}

#[test]
fn without_page_locked_memory_batches_go_the_ordinary_way() {
    let mut session = tiny();
    session.stage(StagingMemory::PageLocked);
    let mut out = Vec::new();
    assert_eq!(session.run("image", &images(2), &[2, 1, 6, 6], &mut out).unwrap(), [2, 3]);
    assert!(!session.is_staged());
}

#[test]
fn the_output_is_what_the_graph_computes() {
    let mut session =
        Session::from_file(runtime(), &data("runtime/pairs.onnx"), &SessionOptions::default()).unwrap();
    let values: Vec<f32> = (0..16).map(|value| value as f32).collect();
    let mut out = vec![7.0; 100];
    assert_eq!(session.run("x", &values, &[4, 4], &mut out).unwrap(), [2, 8]);
    assert_eq!(out, values);
    assert!(out.capacity() >= 100, "the memory must be used again");
}

#[test]
fn values_that_are_not_finite_come_back() {
    let mut image = images(1);
    image[0] = f32::NAN;
    let mut out = Vec::new();
    tiny().run("image", &image, &[1, 1, 6, 6], &mut out).unwrap();
    assert!(out.iter().any(|value| value.is_nan()));
}

#[test]
fn one_session_a_thread_gives_the_same_bits_at_once() {
    let input = images(64);
    let run = || {
        let mut session = tiny();
        let mut out = Vec::new();
        for _ in 0..20 {
            session.run("image", &input, &[64, 1, 6, 6], &mut out).unwrap();
        }
        out.iter().map(|value| value.to_bits()).collect::<Vec<_>>()
    };
    let [first, second] = std::thread::scope(|scope| {
        let threads = [scope.spawn(run), scope.spawn(run)];
        threads.map(|thread| thread.join().unwrap())
    });
    assert_eq!(first, second);
    // A session may be made in one thread and run in another.
    let mut session = tiny();
    let moved = std::thread::spawn(move || session.run("image", &images(1), &[1, 1, 6, 6], &mut Vec::new()));
    assert_eq!(moved.join().unwrap().unwrap(), [1, 3]);
}

#[test]
fn more_threads_within_a_session_change_no_bits() {
    let options = SessionOptions { intra_threads: 2, ..SessionOptions::default() };
    let mut threaded = Session::from_file(runtime(), &data("tiny.onnx"), &options).unwrap();
    let (mut one, mut two) = (Vec::new(), Vec::new());
    tiny().run("image", &images(33), &[33, 1, 6, 6], &mut one).unwrap();
    threaded.run("image", &images(33), &[33, 1, 6, 6], &mut two).unwrap();
    assert_eq!(one, two);
}

#[test]
fn a_batch_that_does_not_fit_is_an_error_and_the_session_goes_on() {
    let mut session = tiny();
    let mut out = vec![1.0];
    let error = session.run("picture", &images(1), &[1, 1, 6, 6], &mut out).unwrap_err();
    assert!(matches!(error, RunError::Input { .. }) && error.to_string().contains("`image`"), "{error}");
    assert!(out.is_empty());
    for shape in [vec![2, 1, 6, 6], vec![], vec![usize::MAX, usize::MAX, 2, 36]] {
        let error = session.run("image", &images(1), &shape, &mut out).unwrap_err();
        assert_eq!(
            error,
            RunError::Shape { model: data("tiny.onnx").display().to_string(), shape, values: 36 }
        );
    }
    assert!(matches!(session.run("image", &[], &[0, 1, 6, 6], &mut out), Err(RunError::Shape { .. })));
    for shape in [vec![1, 1, 36], vec![1, 1, 4, 9]] {
        let error = session.run("image", &images(1), &shape, &mut out).unwrap_err();
        assert!(matches!(error, RunError::Failed { .. }), "{error}");
    }
    assert_eq!(session.run("image", &images(1), &[1, 1, 6, 6], &mut out).unwrap(), [1, 3]);

    let mut pairs =
        Session::from_file(runtime(), &data("runtime/pairs.onnx"), &SessionOptions::default()).unwrap();
    let error = pairs.run("x", &[0.0; 12], &[3, 4], &mut out).unwrap_err();
    assert!(matches!(error, RunError::Failed { .. }), "{error}");
}

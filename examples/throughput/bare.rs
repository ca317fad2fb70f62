//! ONNX Runtime alone: the network of a case on one batch, over and over.

use gsmooth::audit::plan::Plan;
use gsmooth::audit::run::batch_size;

/// Runs so many draws, shared out among the plan's threads, each with a session of its own.
pub fn run(plan: &Plan, draws: u64) -> anyhow::Result<u64> {
    let threads = plan.threads as u64;
    std::thread::scope(|scope| {
        let share = |thread: u64| draws * (thread + 1) / threads - draws * thread / threads;
        let runs: Vec<_> =
            (0..threads).map(|thread| scope.spawn(move || run_share(plan, share(thread)))).collect();
        runs.into_iter().map(|run| run.join().expect("no panic")).sum()
    })
}

fn run_share(plan: &Plan, draws: u64) -> anyhow::Result<u64> {
    let planned = &plan.cases[0];
    let model = planned.merged.as_ref().unwrap_or(&planned.classifier.model);
    let mut network = model.open(&plan.runtime, &plan.session)?;
    let batch = batch_size(plan, planned) as u64;
    let item = network.item_len();
    let items: Vec<f32> = (0..batch as usize * item).map(|i| (i * 7919 % 256) as f32 / 255.0).collect();
    let (mut left, mut scores) = (draws, Vec::new());
    while left > 0 {
        let count = left.min(batch);
        network.run(&items[..count as usize * item], &mut scores)?;
        left -= count;
    }
    Ok(draws)
}

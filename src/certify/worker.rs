//! What one worker thread owns while it certifies a case.

use crate::onnx::network::Network;
use crate::smoothing::ballot::Vote;
use crate::smoothing::site::Draw;
use crate::smoothing::voter::{NetworkVoter, Voter};

/// The networks of one worker.
#[derive(Debug)]
pub struct CaseWorker {
    /// Carries draws to votes.
    pub voter: NetworkVoter,
    /// F2, for semantic cases.
    pub encoder: Option<Network>,
}

impl Voter for CaseWorker {
    fn vote(&mut self, draws: &[Draw<'_>], votes: &mut Vec<Vote>) {
        self.voter.vote(draws, votes);
    }
}

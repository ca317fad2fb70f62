//! What one worker thread owns while it certifies a case.

use crate::onnx::network::{Network, NetworkError};
use crate::smoothing::ballot::Vote;
use crate::smoothing::site::Draw;
use crate::smoothing::voter::{NetworkVoter, Voter};

/// The networks that the geometry of an image asks. A closed-form classifier stands in for them in tests.
pub trait CaseNetworks {
    /// F2 and H, for cases in code space.
    fn encoder_and_decoder(&mut self) -> (Option<&mut Network>, Option<&mut Network>);

    /// The bare classifier's scores of some images (dense NCHW), one row each.
    ///
    /// # Errors
    /// If the classifier fails.
    fn scores(&mut self, images: &[f32]) -> Result<&[f32], NetworkError>;
}

/// The networks of one worker.
#[derive(Debug)]
pub struct CaseWorker {
    /// Carries draws to votes.
    pub voter: NetworkVoter,
    /// F2, for semantic cases.
    pub encoder: Option<Network>,
}

impl CaseNetworks for CaseWorker {
    fn encoder_and_decoder(&mut self) -> (Option<&mut Network>, Option<&mut Network>) {
        (self.encoder.as_mut(), self.voter.decoder.as_mut())
    }

    fn scores(&mut self, images: &[f32]) -> Result<&[f32], NetworkError> {
        self.voter.classify(images)
    }
}

impl Voter for CaseWorker {
    fn vote(&mut self, draws: &[Draw<'_>], votes: &mut Vec<Vote>) {
        self.voter.vote(draws, votes);
    }
}

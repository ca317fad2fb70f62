//! Draws of the smoothed classifier and their counts.
//!
//! - [`stream`]: counter-based noise, a pure function of what it is for;
//! - [`site`]: where to draw: an image or anchor with its noise;
//! - [`question`]: what is asked (a site and a rule) and answered (counts);
//! - [`refutation`]: a question's rule that tests a claim about the votes;
//! - [`ballot`]: from a row of scores to a vote, failing closed;
//! - [`voter`]: draws carried through the networks;
//! - [`scheduler`]: packs the draws of many questions into batches for the workers; [`stop`]: asks it to stop.

pub mod ballot;
pub mod question;
pub mod refutation;
pub mod scheduler;
pub mod site;
pub mod stop;
pub mod stream;
pub mod voter;

//! Pictures of handing over come in, on the right stop and once.

use sha2::{Digest, Sha256};

use super::{CommandError, happened};
use crate::coop::Coop;
use crate::db::{couriers, deliveries, proofs, tasks};
use crate::domain::ids::{CourierId, ProofId, TaskId};
use crate::domain::proof::{PER_TASK_MAX, Picture, ProofKind};
use crate::domain::time::Timestamp;
use crate::pictures::{PictureError, Pictures, Whose};

/// A picture as a phone sends it.
#[derive(Debug)]
pub struct Sent {
    /// Made on the phone: the same picture again is no other one.
    pub id: ProofId,
    pub kind: ProofKind,
    pub taken_at: Option<Timestamp>,
    pub bytes: Vec<u8>,
}

/// Keeps a picture of a stop that the courier holds or held.
pub async fn add(
    coop: &Coop,
    pictures: &Pictures,
    by: CourierId,
    task: TaskId,
    sent: Sent,
) -> Result<Picture, CommandError> {
    let sha256 = Sha256::digest(&sent.bytes).to_vec();
    let mut conn = coop.conn().await?;
    let delivery = tasks::delivery_of(&mut conn, task).await?;
    let delivery = match delivery {
        Some(id) => deliveries::find(&mut conn, id).await?,
        None => None,
    };
    let own = |courier: CourierId| courier == by;
    let holding = delivery.and_then(|delivery| delivery.state.holding());
    if !holding.is_some_and(|holding| own(holding.courier)) {
        return Err(CommandError::NotFound("task"));
    }
    if let Some(known) = proofs::find(&mut conn, sent.id).await? {
        let same = known.sha256 == sha256 && known.task_id == task && own(known.courier_id);
        return if same {
            Ok(known)
        } else {
            Err(CommandError::Exists("another picture has this id"))
        };
    }
    drop(conn); // Drawing takes its time.
    let made = pictures.make(sent.bytes).await?;
    let now = coop.clock.now();
    let pixels = |side: u32| i32::try_from(side).unwrap_or(i32::MAX);
    let picture = Picture {
        id: sent.id,
        task_id: task,
        courier_id: by,
        kind: sent.kind,
        taken_at: happened(sent.taken_at, now),
        received_at: now,
        sha256,
        width: pixels(made.width),
        height: pixels(made.height),
    };
    // First the picture, then the row: a row always has its picture.
    pictures.keep(Whose::Proof(sent.id), made).await?;
    coop.transact(async |tx| {
        couriers::lock(tx, by).await?.ok_or(CommandError::NotFound("courier"))?;
        if let Some(known) = proofs::find(tx, picture.id).await? {
            return Ok(known);
        }
        if proofs::count(tx, task).await? >= PER_TASK_MAX {
            return Err(CommandError::TooMany("this stop has ten pictures already"));
        }
        proofs::insert(tx, &picture).await?;
        Ok(picture.clone())
    })
    .await
}

impl From<PictureError> for CommandError {
    fn from(error: PictureError) -> Self {
        match error {
            PictureError::Format | PictureError::Broken(_) => Self::Picture(error),
            PictureError::Store(_) | PictureError::Folder(_) | PictureError::Stopped(_) => {
                Self::Busy(Box::new(error))
            }
        }
    }
}

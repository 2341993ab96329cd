//! Pictures: made small and clean, and kept on disk or in an S3-compatible store.
//!
//! What is kept is drawn anew from what was sent, so no place, name or program hides in it.

use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt};
use tokio::sync::Semaphore;

use crate::domain::ids::{ExpenseId, IncidentPictureId, ProofId};
use crate::domain::ledger::chain::Hash;

/// Longest side of what is kept, and of its thumbnail, in pixels.
const SIDE_MAX: u32 = 2_048;
const SMALL_SIDE_MAX: u32 = 320;
/// Longest side of what is taken in: a picture is whole in memory while it is worked on.
const SENT_SIDE_MAX: u32 = 10_000;
const WORK_BYTES_MAX: u64 = 256 << 20;
/// How many pictures are worked on at one time.
const AT_ONCE_MAX: usize = 2;
/// Quality of the kept picture, of 100.
const QUALITY: u8 = 80;

#[derive(Debug, thiserror::Error)]
pub enum PictureError {
    #[error("send a JPEG, PNG or WebP picture")]
    Format,
    #[error("the picture cannot be read: {0}")]
    Broken(image::ImageError),
    #[error("pictures cannot be kept: {0}")]
    Store(#[from] object_store::Error),
    #[error("the folder for pictures: {0}")]
    Folder(#[from] std::io::Error),
    #[error("the picture was not finished: {0}")]
    Stopped(#[from] tokio::task::JoinError),
}

/// Which of the two that are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    Whole,
    Small,
}

/// What a picture belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    Proof(ProofId),
    Incident(IncidentPictureId),
    /// By its hash, too: another picture of the same expense has another place.
    Receipt(ExpenseId, Hash),
}

/// A picture as it is kept: JPEG.
#[derive(Debug)]
pub struct Made {
    pub whole: Vec<u8>,
    pub small: Vec<u8>,
    pub width: u32,
    pub height: u32,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Pictures {
    store: Arc<dyn ObjectStore>,
    at_once: Arc<Semaphore>,
}

impl Pictures {
    /// Keeps pictures at `url` (`s3://bucket`, with `AWS_*` in the environment: endpoint, region,
    /// keys), or in a folder of `data_dir` where none is given.
    pub fn open(url: &str, data_dir: &Path) -> Result<Self, PictureError> {
        let store: Arc<dyn ObjectStore> = if url.is_empty() {
            let folder = data_dir.join("pictures");
            std::fs::create_dir_all(&folder)?;
            Arc::new(LocalFileSystem::new_with_prefix(folder)?)
        } else {
            Arc::new(AmazonS3Builder::from_env().with_url(url).build()?)
        };
        Ok(Self { store, at_once: Arc::new(Semaphore::new(AT_ONCE_MAX)) })
    }

    /// Draws what is kept from what was sent.
    pub async fn make(&self, sent: Vec<u8>) -> Result<Made, PictureError> {
        // Never closed.
        let _turn = self.at_once.acquire().await;
        tokio::task::spawn_blocking(move || make(&sent)).await?
    }

    fn key(whose: Whose, size: Size) -> Key {
        let name = match whose {
            Whose::Proof(id) => format!("proofs/{id}"),
            Whose::Incident(id) => format!("incidents/{id}"),
            Whose::Receipt(id, hash) => format!("receipts/{id}-{hash}"),
        };
        Key::from(match size {
            Size::Whole => format!("{name}.jpg"),
            Size::Small => format!("{name}-small.jpg"),
        })
    }

    pub async fn keep(&self, whose: Whose, made: Made) -> Result<(), PictureError> {
        self.store.put(&Self::key(whose, Size::Small), made.small.into()).await?;
        self.store.put(&Self::key(whose, Size::Whole), made.whole.into()).await?;
        Ok(())
    }

    /// `None` when it is not there, or not any more.
    pub async fn get(&self, whose: Whose, size: Size) -> Result<Option<Vec<u8>>, PictureError> {
        match self.store.get(&Self::key(whose, size)).await {
            Ok(found) => Ok(Some(found.bytes().await?.to_vec())),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Both sizes. Forgetting twice is forgetting once.
    pub async fn forget(&self, whose: Whose) -> Result<(), PictureError> {
        for size in [Size::Whole, Size::Small] {
            match self.store.delete(&Self::key(whose, size)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }
}

fn make(sent: &[u8]) -> Result<Made, PictureError> {
    let mut reader = ImageReader::new(Cursor::new(sent));
    let format = image::guess_format(sent).map_err(|_| PictureError::Format)?;
    if !matches!(format, ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP) {
        return Err(PictureError::Format);
    }
    reader.set_format(format);
    let mut limits = Limits::default();
    limits.max_image_width = Some(SENT_SIDE_MAX);
    limits.max_image_height = Some(SENT_SIDE_MAX);
    limits.max_alloc = Some(WORK_BYTES_MAX);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(PictureError::Broken)?;
    let orientation = decoder.orientation().map_err(PictureError::Broken)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(PictureError::Broken)?;
    picture.apply_orientation(orientation);
    let whole = at_most(&picture, SIDE_MAX);
    let small = at_most(&whole, SMALL_SIDE_MAX);
    let (width, height) = (whole.width(), whole.height());
    Ok(Made { whole: jpeg(&whole)?, small: jpeg(&small)?, width, height })
}

fn at_most(picture: &DynamicImage, side: u32) -> DynamicImage {
    if picture.width().max(picture.height()) <= side {
        return picture.clone();
    }
    picture.resize(side, side, FilterType::Triangle)
}

fn jpeg(picture: &DynamicImage) -> Result<Vec<u8>, PictureError> {
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    picture.to_rgb8().write_with_encoder(encoder).map_err(PictureError::Broken)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let picture = DynamicImage::new_rgba8(width, height);
        picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
        bytes
    }

    #[test]
    fn a_picture_is_made_smaller_and_drawn_anew() {
        let made = make(&png(4_000, 1_000)).unwrap();
        assert_eq!((made.width, made.height), (2_048, 512));
        let small = image::load_from_memory(&made.small).unwrap();
        assert_eq!((small.width(), small.height()), (320, 80));
        assert_eq!(image::guess_format(&made.whole).unwrap(), ImageFormat::Jpeg);
        let as_it_is = make(&png(300, 200)).unwrap();
        assert_eq!((as_it_is.width, as_it_is.height), (300, 200));
    }

    #[test]
    fn what_is_no_picture_or_far_too_large_is_refused() {
        assert!(matches!(make(b"<svg onload=alert(1)>"), Err(PictureError::Format)));
        assert!(matches!(make(b"GIF89a..........."), Err(PictureError::Format)));
        let mut cut = png(300, 200);
        cut.truncate(60);
        assert!(matches!(make(&cut), Err(PictureError::Broken(_))));
        assert!(matches!(make(&png(10_001, 1)), Err(PictureError::Broken(_))));
    }
}

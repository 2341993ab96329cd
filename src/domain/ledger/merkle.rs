//! Merkle trees as in RFC 6962: one hash for many, and a short proof that one of them is among them.

use sha2::{Digest, Sha256};

use super::chain::Hash;

/// The hash of a leaf from its bytes.
pub fn leaf(bytes: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update([0]).chain_update(bytes).finalize().into())
}

fn node(left: Hash, right: Hash) -> Hash {
    Hash(
        Sha256::new()
            .chain_update([1])
            .chain_update(left.0)
            .chain_update(right.0)
            .finalize()
            .into(),
    )
}

/// How many of `count` leaves lie to the left: the largest power of two below it.
fn left_of(count: usize) -> usize {
    debug_assert!(count > 1, "one leaf has no left and right");
    1 << (count - 1).ilog2()
}

/// The root over leaves in their order (RFC 6962, 2.1). Without leaves: the hash of nothing.
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::of(&[]),
        [one] => *one,
        many => {
            let (left, right) = many.split_at(left_of(many.len()));
            node(root(left), root(right))
        }
    }
}

/// The neighbours of a leaf on the way up to the root (RFC 6962, 2.1.1); empty for a lone leaf or
/// one that is not there.
pub fn path(leaves: &[Hash], index: usize) -> Vec<Hash> {
    if leaves.len() < 2 || index >= leaves.len() {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(left_of(leaves.len()));
    let (mut path, neighbour) = match index.checked_sub(left.len()) {
        None => (path(left, index), root(right)),
        Some(index) => (self::path(right, index), root(left)),
    };
    path.push(neighbour);
    path
}

/// The root to which a path leads (RFC 9162, 2.1.3.2); `None` where the path has not the length
/// that a leaf with this index has in a tree of this size.
pub fn root_from(leaf: Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    let mut last = size.checked_sub(1)?;
    let mut at = index;
    if at > last {
        return None;
    }
    let mut hash = leaf;
    for &neighbour in path {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            hash = node(neighbour, hash);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(hash, neighbour);
        }
        at >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn leaves(count: usize) -> Vec<Hash> {
        (0..count).map(|number| leaf(&number.to_be_bytes())).collect()
    }

    /// Test vectors of the reference implementation of certificate transparency.
    #[test]
    fn roots_are_those_of_certificate_transparency() {
        let inputs: [&[u8]; 8] = [
            b"",
            b"\0",
            b"\x10",
            b"\x20\x21",
            b"\x30\x31",
            b"\x40\x41\x42\x43",
            b"\x50\x51\x52\x53\x54\x55\x56\x57",
            b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
        ];
        let leaves: Vec<Hash> = inputs.iter().map(|bytes| leaf(bytes)).collect();
        for (size, expected) in [
            (0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            (1, "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
            (2, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
            (3, "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"),
            (8, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
        ] {
            assert_eq!(root(&leaves[..size]).to_string(), expected, "{size} leaves");
        }
    }

    proptest! {
        #[test]
        fn a_path_leads_to_the_root_from_its_own_leaf_and_no_other(
            size in 1usize..70, index in 0usize..70, wrong in 0usize..70,
        ) {
            let (index, wrong) = (index % size, wrong % size);
            let leaves = leaves(size);
            let path = path(&leaves, index);
            let from = |leaf, index: usize, path: &[Hash]| {
                root_from(leaf, index as u64, size as u64, path)
            };
            prop_assert_eq!(from(leaves[index], index, &path), Some(root(&leaves)));
            if wrong != index {
                prop_assert_ne!(from(leaves[wrong], index, &path), Some(root(&leaves)));
                prop_assert_ne!(from(leaves[index], wrong, &path), Some(root(&leaves)));
            }
            let longer: Vec<Hash> = path.iter().copied().chain([Hash::NONE]).collect();
            prop_assert_eq!(from(leaves[index], index, &longer), None);
            prop_assert_eq!(from(leaves[index], size, &path), None);
        }
    }
}

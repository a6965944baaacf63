//! seahash, as RedoxFS signs its blocks (written from the algorithm's description).
#![no_std]

const P: u64 = 0x6eed_0e9d_a4d9_4a4f;

fn diffuse(mut x: u64) -> u64 {
    x = x.wrapping_mul(P);
    x ^= (x >> 32) >> (x >> 60);
    x.wrapping_mul(P)
}

/// The hash of `buf` under the standard seeds.
pub fn hash(buf: &[u8]) -> u64 {
    let mut lanes = [0x16f1_1fe8_9b0d_677c, 0xb480_a793_d8e6_c86c, 0x6fe2_e5aa_f078_ebc9, 0x14f9_94a4_c525_9381];
    for (i, chunk) in buf.chunks(8).enumerate() {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        lanes[i % 4] = diffuse(lanes[i % 4] ^ u64::from_le_bytes(word));
    }
    diffuse(lanes[0] ^ lanes[1] ^ lanes[2] ^ lanes[3] ^ buf.len() as u64)
}

import { describe, expect, it } from 'vitest';
import { drivesIn } from '../../../debug-adapter/machine/drives';

describe("drives in QEMU's answer to `info block`", () => {
  it('the file, or the raw one below an overlay; empty drives are none', () => {
    expect(
      drivesIn(`disk0 (#block680): json:{"backing": {"driver": "raw"}, "driver": "qcow2"} (qcow2)
    Attached to:      /machine/peripheral-anon/device[0]/virtio-backend
    Cache mode:       writeback, ignore flushes
    Backing file:     /guests/disk image.img (chain depth: 1)

ide1-cd0 (#block123): /isos/live.iso (raw, read-only)
    Removable device: not locked, tray closed

ide2-cd0: [not inserted]
    Attached to:      /machine/unattached/device[18]
`),
    ).toEqual(['/guests/disk image.img', '/isos/live.iso']);
    expect(drivesIn('')).toEqual([]);
  });
});

// A CD image that boots by itself: for tests of what is found in a workspace.

const sector = 2048;

/** Real-mode code that says `text` on the first serial port and halts. Position-independent: El Torito lets a BIOS enter it at 0:7C00 or 7C0:0. */
const speaking = (text) => {
  const words = Buffer.from(`${text}\0`, 'latin1');
  const call = [0xe8, words.length & 255, words.length >> 8];
  // pop si; mov dx, 0x3f8; next: cs lodsb; test al, al; jz end; out dx, al; jmp next; end: hlt; jmp end
  const code = [0x5e, 0xba, 0xf8, 0x03, 0x2e, 0xac, 0x84, 0xc0, 0x74, 0x03, 0xee, 0xeb, 0xf7, 0xf4, 0xeb, 0xfd];
  return Buffer.concat([Buffer.from(call), words, Buffer.from(code)]);
};

/** An ISO 9660 image with an El Torito catalogue (version 1.0: validation entry with its checksum, and a default entry without emulation) whose loader says `text`. */
export function speakingDisc(text) {
  const disc = Buffer.alloc(32 * sector);
  const [descriptor, record, end, catalogue, loader] = [16, 17, 18, 19, 20].map((number) => disc.subarray(number * sector, (number + 1) * sector));
  descriptor.write('\x01CD001\x01', 'latin1');
  record.write('\0CD001\x01EL TORITO SPECIFICATION', 'latin1');
  record.writeUInt32LE(19, 0x47);
  end.write('\xffCD001\x01', 'latin1');
  catalogue[0] = 1;
  catalogue.write('\x55\xaa', 30, 'latin1');
  let sum = 0;
  for (let at = 0; at < 32; at += 2) sum += catalogue.readUInt16LE(at);
  catalogue.writeUInt16LE(-sum & 0xffff, 28);
  catalogue[32] = 0x88;
  catalogue.writeUInt16LE(4, 38);
  catalogue.writeUInt32LE(20, 40);
  speaking(text).copy(loader);
  return disc;
}

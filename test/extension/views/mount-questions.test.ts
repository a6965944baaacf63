import { describe, expect, it } from 'vitest';
import { askedAnswer } from '../../../extension/views/boot-chain/mount-questions';
import { elements, textOf } from '../../../extension/views/drawing/drawn';
import { say } from './samples';

describe('the answer to "What would efibootmgr write"', () => {
  const answer = { devicePath: 'HD(1,GPT,d1,0x800,0x1000)', stored: '', correct: 'File(\\x.efi)', agrees: false, why: 'w' };

  it('says that no file is stored', () => {
    expect(textOf(askedAnswer({ kind: 'efiBootEntry', loader: '/dev/ada0p1', answer }, say))).toContain('(no file)');
  });

  it('lists the boot entries, those for the same file marked', () => {
    const drawn = askedAnswer(
      {
        kind: 'efiBootEntry',
        loader: '/boot/efi/x.efi',
        answer: {
          ...answer,
          entriesFrom: 'firmware',
          duplicates: ['Boot0002'],
          entries: [
            { name: 'Boot0002', label: 'FreeBSD', devicePath: 'HD(1,GPT,d1,0x800,0x1000)/File(\\x.efi)', same: ['Boot0005'] },
            { name: 'Boot0003', label: 'Shell', devicePath: 'Fv(a)/FvFile(b)', same: [] },
          ],
        },
      },
      say,
    );
    const text = textOf(drawn);
    expect(text).toMatch(/Boot entries of the firmware .*Boot0002 .*FreeBSD .*starts this file already; the same as Boot0005/);
    expect([...elements(drawn)].filter(({ tag, attributes }) => tag === 'tr' && attributes['class'] === 'differs').map(textOf).join()).not.toContain('Boot0003');
  });
});

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { missingPart, tellMissing } from '../../../extension/debugging/missing';

const shown: { text: string; actions: unknown[] }[] = [];
const copied: string[] = [];
const installs = { qemu: 'sudo apt install qemu-system-x86', firmware: undefined, wsl: 'wsl --install' };

vi.mock('../../../extension/debugging/detect/system', async (real) => ({ ...(await real<object>()), installCommand: (part: keyof typeof installs) => installs[part] }));
vi.mock('vscode', () => ({
  l10n: { t: (text: string, ...values: string[]) => text.replace(/\{(\d)\}/g, (_, index) => values[Number(index)] ?? '') },
  env: { clipboard: { writeText: (text: string) => Promise.resolve(copied.push(text)) } },
  window: {
    showErrorMessage: (text: string, ...actions: unknown[]) => {
      shown.push({ text, actions });
      return Promise.resolve(actions[0]);
    },
  },
}));

let root = '';
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'bootscope-missing-'));
  shown.length = copied.length = 0;
});
afterEach(() => {
  fs.rmSync(root, { recursive: true, force: true });
});

const program = (name: string): void => fs.writeFileSync(path.join(root, name), '', { mode: 0o755 });

describe('what a configuration needs and the machine has not', () => {
  it('is QEMU before its firmware', () => {
    const needs = { qemu: ['qemu-system-x86_64'], firmware: 'OVMF.fd', cwd: root, env: { PATH: root } };
    expect(missingPart(needs, 'linux')).toEqual({ part: 'qemu', name: 'qemu-system-x86_64' });
    program('qemu-system-x86_64');
    expect(missingPart(needs, 'linux')).toEqual({ part: 'firmware', name: 'OVMF.fd' });
    fs.writeFileSync(path.join(root, 'OVMF.fd'), '');
    expect(missingPart(needs, 'linux')).toBeUndefined();
  });

  it('leaves a path of the user’s own, and what is joined, to the adapter', () => {
    expect(missingPart({ qemu: ['/opt/own/qemu-system-x86_64'], cwd: root }, 'linux')).toBeUndefined();
    expect(missingPart({ gdb: '127.0.0.1:1234' }, 'win32')).toBeUndefined();
    expect(missingPart({ command: ['make', 'qemu'], gdb: '127.0.0.1:1234' }, 'win32')).toBeUndefined();
  });

  it('is a system that can start QEMU, on native Windows, whatever else is there', () => {
    program('qemu-system-x86_64.exe');
    expect(missingPart({ qemu: ['qemu-system-x86_64'], cwd: root, env: { PATH: root } }, 'win32')).toEqual({ part: 'wsl', name: '' });
    expect(missingPart({ qemu: ['C:\\qemu\\qemu-system-x86_64.exe'], cwd: root }, 'win32')).toEqual({ part: 'wsl', name: '' });
  });
});

describe('what is told of it', () => {
  it('names the command that installs it, and copies it when asked', async () => {
    tellMissing({ part: 'qemu', name: 'qemu-system-x86_64' });
    await vi.waitFor(() => expect(copied).toEqual(['sudo apt install qemu-system-x86']));
    expect(shown).toEqual([{ text: 'qemu-system-x86_64 is not on this machine. Install it: sudo apt install qemu-system-x86', actions: ['Copy Command'] }]);
  });

  it('says what else to do where no command is known', () => {
    tellMissing({ part: 'firmware', name: 'OVMF.fd' });
    expect(shown).toEqual([{ text: 'The UEFI firmware OVMF.fd is not on this machine. Install it, or give its path in the configuration.', actions: [] }]);
  });

  it('leads from native Windows to WSL, and to what works without it', () => {
    tellMissing({ part: 'wsl', name: '' });
    expect(shown[0]?.text).toMatch(/joins a QEMU that listens with -gdb tcp:127\.0\.0\.1:1234.*open this folder in WSL\. Install it: wsl --install$/);
  });
});

import fs from 'node:fs';
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { validateConfiguration } from '../../../../debug-adapter/session/configuration/validate';
import { listening, portsInTable } from '../../../../extension/debugging/detect/listening';
import { gdbPorts, qemuTarget } from '../../../../extension/debugging/detect/makefile';
import { installCommand, findFirmware, isProgram } from '../../../../extension/debugging/detect/system';
import { detect } from '../../../../extension/debugging/detect/workspace';
import { bzImage, elf, gpt, iso, pe, tree } from './files';

let root = '';
afterEach(() => {
  fs.rmSync(root, { recursive: true, force: true });
});
const nobody = { listening: () => Promise.resolve([]), firmware: '/fw.fd' };
const found = (files: Record<string, string | Buffer>, environment: Parameters<typeof detect>[2] = nobody): ReturnType<typeof detect> => {
  root = tree(files);
  return detect(root, Object.keys(files).filter((name) => !name.startsWith('.')), environment);
};

describe('configurations from a workspace', () => {
  it('pairs an image with the kernel and the loader that lie nearest', async () => {
    const list = await found({
      'build/live.iso': gpt(),
      'build/kernel.sym': elf({ sections: ['.debug_info'] }),
      'build/bootloader.efi': pe({ debug: true }),
      'old/kernel.sym': elf({ sections: ['.debug_info'] }),
      'notes.iso': 'no image',
    });
    expect(list).toEqual([
      {
        type: 'bootscope',
        request: 'launch',
        name: 'Boot build/live.iso',
        qemu: ['qemu-system-x86_64', '-m', '2G', '-drive', 'file=build/live.iso,format=raw'],
        firmware: '/fw.fd',
        images: [
          { stage: 'loader', file: 'build/bootloader.efi' },
          { stage: 'kernel', file: 'build/kernel.sym' },
        ],
      },
    ]);
  });

  it('takes the symbols of a stripped kernel from the .debug beside it', async () => {
    const [offer] = await found({ 'cd.iso': iso([0]), 'boot/kernel': elf(), 'boot/kernel.debug': elf({ sections: ['.debug_info'] }) });
    expect(offer).toMatchObject({ qemu: ['qemu-system-x86_64', '-m', '2G', '-cdrom', 'cd.iso'], images: [{ stage: 'kernel', file: 'boot/kernel', symbols: 'boot/kernel.debug' }] });
    expect(offer).not.toHaveProperty('firmware');
  });

  it('starts Linux by its bzImage with vmlinux for names, and a PVH kernel by itself', async () => {
    const linux = await found({ 'arch/x86/boot/bzImage': bzImage(), vmlinux: elf({ sections: ['.debug_info'], pvh: true }) });
    expect(linux.map(({ name }) => name)).toEqual(['Boot arch/x86/boot/bzImage']);
    expect(linux[0]).toMatchObject({ images: [{ stage: 'kernel', file: 'vmlinux' }] });
    fs.rmSync(root, { recursive: true });
    expect((await found({ 'kernel.full': elf({ sections: ['.debug_info'], pvh: true }), 'kernel.old': elf({ sections: ['.debug_info'] }) })).map(({ qemu }) => qemu)).toEqual([['qemu-system-x86_64', '-m', '2G', '-kernel', 'kernel.full']]);
  });

  it('starts a folder that is an EFI system partition, read-only', async () => {
    const list = await found({ 'out/esp/EFI/BOOT/BOOTX64.EFI': pe(), 'tools/shell.efi': pe() });
    expect(list).toHaveLength(1);
    expect(list[0]).toMatchObject({ firmware: '/fw.fd', qemu: ['qemu-system-x86_64', '-m', '2G', '-drive', 'if=virtio,readonly=on,format=raw,file=fat:out/esp'] });
  });

  it('offers make where it opens a gdbstub, from the folder of the Makefile', async () => {
    const list = await found({ 'redox/Makefile': 'include mk/qemu.mk\n', 'redox/mk/qemu.mk': 'ifeq ($(gdb),yes)\n\tQEMUFLAGS+=-d cpu_reset -s -S\nendif\nqemu: $(DISK)\n\t$(QEMU) $(QEMUFLAGS)\n', 'lone.mk': 'qemu:\n\tqemu-system-x86_64 -s\n' });
    expect(list).toEqual([{ type: 'bootscope', request: 'launch', name: 'make -C redox qemu gdb=yes', command: ['make', '-C', 'redox', 'qemu', 'gdb=yes'], gdb: '127.0.0.1:1234' }]);
  });

  it('offers to join what listens, with the kernel, on ports that tasks name', async () => {
    let asked: readonly number[] = [];
    const list = await found(
      { '.vscode/tasks.json': '{ "command": "qemu-system-x86_64 -gdb tcp::26000" }', 'kernel.full': elf({ sections: ['.debug_info'] }) },
      {
        ...nobody,
        listening: (ports) => {
          asked = ports;
          return Promise.resolve([26000]);
        },
      },
    );
    expect(asked).toEqual([1234, 26000]);
    expect(list).toEqual([{ type: 'bootscope', request: 'attach', name: 'Join what listens on 127.0.0.1:26000', gdb: '127.0.0.1:26000', images: [{ stage: 'kernel', file: 'kernel.full' }] }]);
  });

  it('gives only what the adapter takes, and nothing when cancelled', async () => {
    const files = { 'a,b.iso': iso([0]), 'disk.img': gpt(), bzImage: bzImage(), vmlinux: elf({ sections: ['.debug_info'] }), 'EFI/BOOT/BOOTX64.EFI': pe({ debug: true }), Makefile: 'qemu-gdb:\n\tqemu-system-x86_64 -gdb tcp::4321\n' };
    const list = await found(files, { ...nobody, listening: (ports) => Promise.resolve([...ports]) });
    expect(list).toHaveLength(7);
    for (const offer of list) expect(() => validateConfiguration(offer, offer.request, root), offer.name).not.toThrow();
    expect(await detect(root, Object.keys(files), { ...nobody, cancelled: () => true })).toEqual([]);
  });
});

describe('Makefiles', () => {
  it.each([
    ['qemu-gdb: fs.img\n\t$(QEMU) -S -gdb tcp::26000\nqemu:\n\t$(QEMU)\n', { words: ['qemu-gdb'], port: 26000 }],
    ['.PHONY: qemu\nall: x\n\tqemu-system-x86_64 -s -S\n', undefined],
    ['run qemu: x\n\tqemu-system-x86_64 -s -S\n', { words: ['qemu'], port: 1234 }],
    ['qemu run: x\n\tqemu-system-x86_64 -s -S\n', { words: ['qemu'], port: 1234 }],
    ['ifdef GDB\nF += -s\nendif\nqemu:\n\tqemu-system-x86_64 $(F)\n', { words: ['qemu', 'GDB=1'], port: 1234 }],
    ['qemu:\n\tqemu-system-x86_64 -m 1G\n', undefined],
    ['qemu:\n\tqemu-system-x86_64 -m 1G\n\tln -s a b\n', undefined],
    ['qemu := qemu-system-x86_64 -s\nall:\n\techo\n', undefined],
    ['qemu.o: qemu.c\n\tcc -s qemu-system\n', undefined],
    ['', undefined],
  ])('%j', (text, target) => {
    expect(qemuTarget(text)).toEqual(target);
  });

  it('names the ports of gdbstubs', () => {
    expect(gdbPorts('-gdb tcp::9000 -gdb tcp:localhost:9001 -gdb tcp::99999 -gdb unix:x')).toEqual([9000, 9001]);
  });
});

describe('what listens', () => {
  it('is told without a connection', async () => {
    let connections = 0;
    const server = net.createServer(() => connections++);
    const port = await new Promise<number>((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as net.AddressInfo).port)));
    expect(await listening([port])).toEqual([port]);
    await new Promise((resolve) => server.close(resolve));
    expect(await listening([port])).toEqual([]);
    expect(connections).toBe(0);
  });

  it('is read off the table of Linux, listening sockets only', () => {
    const table = '  sl  local_address rem_address   st\n   0: 0100007F:04D2 00000000:0000 0A 00000000\n   1: 0100007F:0016 0100007F:9999 01 00000000\n   2: 00000000000000000000000001000000:1F90 0:0 0A\nbroken';
    expect(portsInTable(table)).toEqual([1234, 8080]);
  });
});

describe('what is missing', () => {
  it('is installed by the system at hand', () => {
    expect(installCommand('qemu', 'linux', 'ID=debian\n')).toBe('sudo apt install qemu-system-x86');
    expect(installCommand('firmware', 'linux', 'NAME="Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\n')).toBe('sudo apt install ovmf');
    expect(installCommand('firmware', 'linux', 'ID="opensuse-leap"\n')).toBe('sudo zypper install qemu-ovmf-x86_64');
    expect(installCommand('qemu', 'darwin', '')).toBe('brew install qemu');
    expect(installCommand('qemu', 'linux', 'ID=unheard-of\n')).toBeUndefined();
    // QEMU is started in WSL there, and installed in it.
    expect(installCommand('wsl', 'win32', '')).toBe('wsl --install');
    expect(installCommand('qemu', 'win32', '')).toBeUndefined();
    expect(installCommand('wsl', 'linux', 'ID=debian\n')).toBeUndefined();
  });

  it('is looked for in its usual places', () => {
    expect(findFirmware((file) => file === '/usr/share/edk2/ovmf/OVMF_CODE.fd', 'linux')).toBe('/usr/share/edk2/ovmf/OVMF_CODE.fd');
    expect(findFirmware(() => false, 'darwin')).toBe('/opt/homebrew/share/qemu/edk2-x86_64-code.fd');
    root = tree({ 'bin/tool': 'x', 'bin/plain': 'x' });
    fs.chmodSync(`${root}/bin/tool`, 0o755);
    expect(isProgram('tool', '/', `/nowhere:${root}/bin`)).toBe(true);
    expect(isProgram('plain', '/', `${root}/bin`)).toBe(false);
    expect(isProgram('./bin/tool', root, '')).toBe(true);
    expect(isProgram('bin', root, root), 'a folder').toBe(false);
    fs.writeFileSync(`${root}/bin/other.exe`, '', { mode: 0o755 });
    expect(isProgram('other', '/', `/nowhere;${root}/bin`, 'win32')).toBe(true);
    expect(isProgram('other', '/', `/nowhere;${root}/bin`, 'linux')).toBe(false);
  });
});

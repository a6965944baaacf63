import { describe, expect, test } from 'vitest';
import { firmwareWords, rewriteCommandLine, variableStores } from '../../../debug-adapter/machine/command-line';

const sockets = { gdb: '/t/gdb', qmp: '/t/qmp', serial: (port: number) => `/t/s${String(port)}`, log: '/t/log' };
const rewrite = (words: readonly string[], accel: 'tcg' | 'asGiven' = 'tcg') => rewriteCommandLine({ argv: ['qemu-system-x86_64', ...words], sockets, accel });
const ours = ['-S', '-gdb', 'unix:/t/gdb,server=on,wait=off', '-qmp', 'unix:/t/qmp,server=on,wait=off'];
const port = (n: number) => ['-serial', `unix:/t/s${String(n)},server=on,wait=off`];

describe('rewriting QEMU\'s command line', () => {
  test('what is not ours stays in its place, and nothing is said', () => {
    expect(rewrite(['-m', '2G', '-cdrom', 'live.iso', 'disk.img'])).toEqual({
      argv: ['qemu-system-x86_64', '-m', '2G', '-cdrom', 'live.iso', 'disk.img', ...port(1), ...ours],
      serial: [{ kind: 'socket', path: '/t/s1' }],
      changes: [],
    });
  });

  test('-s -S -gdb -qmp are taken over, with one or two dashes', () => {
    const { argv, changes } = rewrite(['-s', '--S', '-gdb', 'tcp::1234', '-qmp', 'unix:q,server', '--qmp-pretty', 'stdio']);
    expect(argv).toEqual(['qemu-system-x86_64', ...port(1), ...ours]);
    expect(changes).toHaveLength(5);
  });

  test('a value that looks like an option stays a value', () => {
    const { argv, changes } = rewrite(['-append', '-s', '-name', '-serial', '-kernel', 'k']);
    expect(argv).toEqual(['qemu-system-x86_64', '-append', '-s', '-name', '-serial', '-kernel', 'k', ...port(1), ...ours]);
    expect(changes).toEqual([]);
  });

  test('-nographic becomes a port without a window, and the monitor moves', () => {
    const { argv, changes } = rewrite(['-nographic', '-m', '1G']);
    expect(argv).toEqual(['qemu-system-x86_64', '-display', 'none', ...port(1), '-monitor', 'none', '-m', '1G', ...ours]);
    expect(changes.join()).toMatch(/-nographic became serial port 1.*monitor/);
  });

  test('first and further serial ports', () => {
    const { argv, serial } = rewrite(['-serial', 'mon:stdio', '-serial', 'file:log', '-serial', 'null', '-monitor', 'stdio']);
    expect(argv).toEqual(['qemu-system-x86_64', ...port(1), '-monitor', 'none', ...port(2), ...port(3), ...ours]);
    expect(serial.map(({ path }) => path)).toEqual(['/t/s1', '/t/s2', '/t/s3']);
  });

  test('a chardev of the user\'s on COM1 keeps the port and is logged', () => {
    const chardev = 'socket,id=com1,path=/x,,y,server=on,wait=off';
    const { argv, serial, changes } = rewrite(['-chardev', chardev, '-serial', 'chardev:com1', '-serial', 'null']);
    expect(argv).toEqual(['qemu-system-x86_64', '-chardev', `${chardev},logfile=/t/log,logappend=off`, '-serial', 'chardev:com1', ...port(2), ...ours]);
    expect(serial).toEqual([{ kind: 'log', path: '/t/log' }, { kind: 'socket', path: '/t/s2' }]);
    expect(changes[0]).toMatch(/stays with your chardev com1/);
    const device = rewrite(['-device', 'isa-serial,chardev=a', '-chardev', 'file,id=a,path=f,logfile=mine']);
    expect(device.argv).toEqual(['qemu-system-x86_64', '-device', 'isa-serial,chardev=a', '-chardev', 'file,id=a,path=f,logfile=mine', ...ours]);
    expect(device.serial).toEqual([{ kind: 'log', path: 'mine' }]);
    expect(rewrite(['-serial', 'chardev:gone']).serial).toEqual([{ kind: 'socket', path: '/t/s1' }]);
  });

  test('ports are FIFOs where there are some, also in a folder with commas', () => {
    const { argv, serial } = rewriteCommandLine({ argv: ['q', '-nographic', '-serial', 'null'], sockets: { ...sockets, serial: (n) => `/t,t/s${String(n)}`, pipes: true }, accel: 'tcg' });
    expect(argv).toEqual(['q', '-display', 'none', '-serial', 'pipe:/t,t/s1', '-monitor', 'none', '-serial', 'pipe:/t,t/s2', ...ours]);
    expect(serial).toEqual([{ kind: 'pipe', path: '/t,t/s1' }, { kind: 'pipe', path: '/t,t/s2' }]);
  });

  test('a monitor of the user\'s own stays', () => {
    expect(rewrite(['-monitor', 'unix:m,server,nowait']).argv).toContain('unix:m,server,nowait');
  });

  test.each([
    [['-enable-kvm'], []],
    [['-accel', 'kvm'], ['-accel', 'tcg']],
    [['-accel', 'kvm:tcg'], ['-accel', 'tcg']],
    [['-accel', 'hvf'], ['-accel', 'tcg']],
    [['-machine', 'q35,accel=kvm:tcg,kernel_irqchip=split,smm=on'], ['-machine', 'q35,accel=tcg,smm=on']],
    [['-M', 'accel=kvm'], ['-M', 'accel=tcg']],
    [['-cpu', 'host'], ['-cpu', 'max']],
    [['-cpu', 'host,-x2apic'], ['-cpu', 'max,-x2apic']],
  ])('under TCG %j becomes %j and is told; as given it stays', (given, expected) => {
    const tcg = rewrite(given);
    expect(tcg.argv).toEqual(['qemu-system-x86_64', ...expected, ...port(1), ...ours]);
    expect(tcg.changes).toHaveLength(1);
    const asGiven = rewrite(given, 'asGiven');
    expect(asGiven.argv).toEqual(['qemu-system-x86_64', ...given, ...port(1), ...ours]);
    expect(asGiven.changes).toEqual([]);
  });

  test.each([[['-accel', 'tcg,thread=multi']], [['-machine', 'q35']], [['-cpu', 'hostile']], [['-cpu', 'qemu64']]])('%j has no hardware in it', (given) => {
    expect(rewrite(given).changes).toEqual([]);
  });

  test('a comma in a socket path is doubled, as QEMU quotes it', () => {
    const { argv } = rewriteCommandLine({ argv: ['q'], sockets: { ...sockets, gdb: '/t,t/gdb' }, accel: 'tcg' });
    expect(argv).toContain('unix:/t,,t/gdb,server=on,wait=off');
  });

  test('an empty line and a missing value are refused with a code', () => {
    expect(() => rewriteCommandLine({ argv: [], sockets, accel: 'tcg' })).toThrow(/BS120/);
    expect(() => rewrite(['-m'])).toThrow(/BS120.*-m has no value/);
  });
});

describe('firmware', () => {
  test('one image is a BIOS, code apart is flash with a copy of its variables', () => {
    expect(firmwareWords('/f/OVMF.fd', undefined)).toEqual(['-bios', '/f/OVMF.fd']);
    expect(firmwareWords('/f/OVMF_CODE_4M.fd', '/t/v')).toEqual(['-drive', 'if=pflash,format=raw,unit=0,readonly=on,file=/f/OVMF_CODE_4M.fd', '-drive', 'if=pflash,format=raw,unit=1,readonly=off,file=/t/v']);
    expect(variableStores('/f/OVMF_CODE_4M.fd')[0]).toBe('/f/OVMF_VARS_4M.fd');
    expect(variableStores('/f/OVMF_CODE_4M.secboot.fd')).toContain('/f/OVMF_VARS_4M.fd');
    expect(variableStores('/q/edk2-x86_64-code.fd')).toContain('/q/edk2-i386-vars.fd');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BootscopeError } from '../../../debug-adapter/errors/catalogue';
import { validateConfiguration } from '../../../debug-adapter/session/configuration/validate';

const base = '/boot/tree';
const launch = (more: object): unknown => ({ type: 'bootscope', request: 'launch', name: 'x', qemu: ['qemu-system-x86_64'], ...more });
const messageOf = (configuration: unknown, request: 'launch' | 'attach' = 'launch'): string => {
  try {
    validateConfiguration(configuration, request, base);
  } catch (error) {
    expect(error).toBeInstanceOf(BootscopeError);
    return (error as Error).message;
  }
  throw new Error('accepted');
};

describe('a configuration', () => {
  it('resolves paths from cwd, and cwd from the folder it came from', () => {
    const checked = validateConfiguration(
      launch({ cwd: 'out', firmware: 'OVMF.fd', sourceMap: { '/usr/src': 'src' }, images: [{ stage: 'kernel', file: 'kernel', symbols: '/abs/kernel.full', at: { symbol: 'kstart' } }] }),
      'launch',
      base,
    );
    expect(checked).toMatchObject({
      cwd: '/boot/tree/out',
      firmware: '/boot/tree/out/OVMF.fd',
      sourceMap: { '/usr/src': '/boot/tree/out/src' },
      images: [{ file: '/boot/tree/out/kernel', symbols: '/abs/kernel.full', at: { symbol: 'kstart' } }],
    });
  });

  it('resolves socket paths and leaves host:port alone', () => {
    const checked = validateConfiguration({ type: 'bootscope', request: 'attach', name: 'x', gdb: 'unix:gdb.sock', serial: '127.0.0.1:4444' }, 'attach', base);
    expect(checked).toMatchObject({ gdb: 'unix:/boot/tree/gdb.sock', serial: '127.0.0.1:4444', images: [] });
  });

  it('names the nearest attribute', () => {
    expect(messageOf(launch({ stoponEntry: true }))).toMatch(/^BS320: .*"stoponEntry".*misspelling of "stopOnEntry"/s);
    expect(messageOf(launch({ images: [{ stage: 'kernel', file: 'k', symbol: 's' }] }))).toMatch(/BS320: .*images\[0\].*"symbols"/s);
    expect(messageOf({ type: 'bootscope', request: 'attach', name: 'x', gbd: ':1' }, 'attach')).toMatch(/"gdb"/);
  });

  it('says which attribute has the wrong kind', () => {
    expect(messageOf(launch({ qemu: 'qemu-system-x86_64 -m 2G' }))).toMatch(/^BS321: .*"qemu" must be a list of strings/);
    expect(messageOf(launch({ chain: 'plan9' }))).toMatch(/BS321: .*"chain"/);
    expect(messageOf(launch({ images: [{ stage: 'kernel', file: 'k', at: -1 }] }))).toMatch(/BS321: .*images\[0\].at/);
    expect(messageOf(launch({ images: [{ stage: 'kernel' }] }))).toMatch(/BS324: .*"file"/);
    expect(messageOf([], 'launch')).toMatch(/BS321/);
  });

  it('takes filters that are set from the start, and names the nearest of an unknown one', () => {
    expect(validateConfiguration(launch({ stopOn: { errno: 'EINVAL in process:lived', panic: '' }, recordReads: true }), 'launch', base)).toMatchObject({ stopOn: { panic: '' } });
    expect(messageOf(launch({ stopOn: { ernno: 'EINVAL' } }))).toMatch(/^BS320: .*"stopOn.ernno".*misspelling of "errno"/s);
    expect(messageOf(launch({ stopOn: ['errno'] }))).toMatch(/^BS321: .*"stopOn"/s);
  });

  it('wants exactly one machine', () => {
    expect(messageOf({ type: 'bootscope', request: 'launch', name: 'x' })).toMatch(/^BS322/);
    expect(messageOf(launch({ gdb: ':1234' }))).toMatch(/^BS323/);
    expect(validateConfiguration({ type: 'bootscope', request: 'launch', name: 'x', command: ['make'], gdb: ':1234' }, 'launch', base)).toMatchObject({ command: ['make'] });
  });

  it('lets pass what VS Code adds', () => {
    expect(validateConfiguration(launch({ __sessionId: '1', preLaunchTask: 'build', internalConsoleOptions: 'neverOpen' }), 'launch', base)).toMatchObject({ request: 'launch' });
  });

  it('never fails otherwise than with a code', () => {
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom('launch' as const, 'attach' as const), (input, request) => {
        try {
          validateConfiguration(input, request, base);
        } catch (error) {
          expect(error).toBeInstanceOf(BootscopeError);
        }
      }),
    );
  });
});

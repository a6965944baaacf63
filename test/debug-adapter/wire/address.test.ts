import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { connect, formatAddress, parseAddress } from '../../../debug-adapter/wire/address';

describe('addresses', () => {
  test.each([
    ['127.0.0.1:1234', { kind: 'tcp', host: '127.0.0.1', port: 1234 }],
    [':1234', { kind: 'tcp', host: '127.0.0.1', port: 1234 }],
    ['tcp:build.example:9', { kind: 'tcp', host: 'build.example', port: 9 }],
    ['[::1]:1234', { kind: 'tcp', host: '::1', port: 1234 }],
    ['unix:ser0.sock', { kind: 'unix', path: 'ser0.sock' }],
    ['unix:/tmp/with space:and colon', { kind: 'unix', path: '/tmp/with space:and colon' }],
  ])('%s', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
    expect(parseAddress(formatAddress(parseAddress(text)))).toEqual(address);
  });

  test.each(['', 'localhost', '1234', 'host:', 'host:0', 'host:65536', 'host:12x', 'unix:', '::1:1234'])('refuses "%s"', (text) => {
    expect(() => parseAddress(text)).toThrow(/BS100/);
  });

  test('a connection that cannot be made says why', async () => {
    const nowhere = path.join(os.tmpdir(), `bs-none-${String(process.pid)}.sock`);
    await expect(connect({ kind: 'unix', path: nowhere }, 'a gdbstub')).rejects.toThrow(/BS101: no connection to a gdbstub.*there is no such socket/);
    fs.writeFileSync(nowhere, '');
    await expect(connect({ kind: 'unix', path: nowhere }, 'QMP')).rejects.toThrow(/BS101.*nothing listens there/);
    fs.rmSync(nowhere);
    await expect(connect({ kind: 'unix', path: `/tmp/${'x'.repeat(120)}` }, 'QMP')).rejects.toThrow(/BS115/);
  });
});

import { describe, expect, it } from 'vitest';
import { diagnosticsText, redacted } from '../../../extension/debugging/diagnostics-text';

const parts = { extension: '0.1.0', editor: 'Code 1.139', system: 'Linux', node: '24', notes: [] };

describe('the text of Copy Diagnostics', () => {
  it('leaves out what may be secret', () => {
    expect(redacted({ env: { A: 'b' }, qemu: ['-vnc', ':0,password=hunter2', '-hda', '/home/me/x.img'], apiToken: 'x', cwd: '/home/me' }, '/home/me')).toEqual({
      env: { A: '…' },
      qemu: ['-vnc', ':0,password=…', '-hda', '~/x.img'],
      apiToken: '…',
      cwd: '~',
    });
  });

  it('keeps guest text inside its block', () => {
    const text = diagnosticsText({ ...parts, session: { name: 'x', configuration: {}, state: 'stopped', stages: 'kernel 1 s', stops: [], serial: ['```', '<script>', '````` done'] } }, '');
    expect(text).toContain('``````text\n```\n<script>\n````` done\n``````');
  });

  it('says so without a session', () => {
    expect(diagnosticsText(parts, '')).toContain('No session was started');
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { URI } from 'vscode-uri';
import { VirtualUris } from '../../../extension/languages/virtual-uris';
import { trials } from '../../trials';

const folder = URI.parse('vscode-vfs://github/redox-os/base');
const make = (folders = [folder]): VirtualUris<URI> => new VirtualUris(() => folders, (uri, change) => uri.with(change));

describe('URIs of files that are on no disk', () => {
  it('are files to the server, and come back as they were', () => {
    const uris = make();
    const unit = URI.parse('vscode-vfs://github/redox-os/base/init.d/ramfs@.service');
    expect(uris.toServer(unit)).toBe('file:///redox-os/base/init.d/ramfs%40.service');
    expect(uris.fromServer(uris.toServer(unit)).toString()).toBe(unit.toString());
  });

  it('are found below their folder when only the server has named them', () => {
    const other = URI.parse('memfs:/work');
    const uris = make([folder, other]);
    expect(uris.fromServer('file:///redox-os/base/a.toml#L3').toString()).toBe('vscode-vfs://github/redox-os/base/a.toml#L3');
    expect(uris.fromServer('file:///work/boot/loader.conf').toString()).toBe('memfs:/work/boot/loader.conf');
    expect(uris.fromServer('file:///elsewhere').scheme).toBe('vscode-vfs');
    expect(() => make([]).fromServer('file:///x')).toThrow('no folder');
  });

  it('keep any path', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, unit: 'grapheme' }).filter((name) => !/[/\\]|^\.\.?$/.test(name)), { minLength: 1 }), (names) => {
        const uri = folder.with({ path: `${folder.path}/${names.join('/')}` });
        expect(make().fromServer(make().toServer(uri)).path).toBe(uri.path);
      }),
      trials(200),
    );
  });
});

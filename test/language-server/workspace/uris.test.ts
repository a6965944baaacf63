import { describe, expect, it } from 'vitest';
import { joined, pathOf, uriOf } from '../../../language-server/workspace/uris';

describe('paths and URIs', () => {
  it('go over into each other, on Windows with slashes', () => {
    expect(pathOf('file:///cd/ramfs%40.service')).toBe('/cd/ramfs@.service');
    expect(pathOf('file:///c%3A/cd/boot/loader.conf')).toBe('c:/cd/boot/loader.conf');
    expect(pathOf(uriOf('/a b/ü#?.conf'))).toBe('/a b/ü#?.conf');
    expect(pathOf(uriOf('c:/cd/loader.conf'))).toBe('c:/cd/loader.conf');
    expect(pathOf('untitled:Untitled-1')).toBeUndefined();
  });

  it('are joined without dots', () => {
    expect(joined('/config/x86', '../base.toml')).toBe('/config/base.toml');
    expect(joined('/config', './a/b.toml')).toBe('/config/a/b.toml');
  });
});

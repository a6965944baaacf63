import module from 'node:module';
import os from 'node:os';
import path from 'node:path';

/** Has Node keep the compiled code of our bundles, where it can (22.1 and later), in the user's cache directory. */
export const keepCompiled = (): void => {
  const { enableCompileCache } = module as { readonly enableCompileCache?: (directory: string) => unknown };
  if (!enableCompileCache || process.env['BOOTSCOPE_NO_CACHE'] === '1') return;
  const base = process.env['XDG_CACHE_HOME'];
  enableCompileCache(path.join(base !== undefined && path.isAbsolute(base) ? base : path.join(os.homedir(), '.cache'), 'bootscope', 'code'));
};

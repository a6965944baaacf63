import { keepCompiled } from './compiled';

keepCompiled();
// Each is a bundle of its own (scripts/build.mjs): one look-up in a file waits mostly for code to be loaded.
void (process.argv[2] === 'symbols' ? import('./symbols/main') : import('./commands')).then(({ run }) => run());

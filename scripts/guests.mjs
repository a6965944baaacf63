// Builds the guests that tests and the demo boot, before they are raced for; a second call finds them cached.
import { buildFreebsdLive } from '../test/guests/freebsd-live/build.mjs';
import { buildRedoxLive } from '../test/guests/redox-live/build.mjs';

await buildFreebsdLive({});
await buildRedoxLive({ variant: 'full' });
await buildRedoxLive({ variant: 'mini' });
await buildRedoxLive({ variant: 'full', firmware: 'bios' });
await buildRedoxLive({ variant: 'mini', firmware: 'bios' });

import { fill, type Say } from '../drawing/figures';
import { svgText } from '../drawing/svg-text';
import { readsModel, readsPicture } from './reads-page';
import { refused, type Contents } from './state';
import type { TabId } from './tabs';
import { stageBars, timelinePicture } from './timeline';
import { ranUnits, writtenUnits } from './unit-model';
import { unitsPicture } from './units-page';

const size = { zoom: 1, width: 1200 };
const english: Say = (text, ...values) => fill(text, values);

/** The picture of a page as an SVG file; undefined when the page has none now. */
export function pictureFile(tab: TabId, contents: Contents, title: string, say: Say = english): string | undefined {
  if (tab === 'timeline' && contents.timeline && !refused(contents.timeline.stages)) {
    const { stages, checkpoints, nowMs } = contents.timeline;
    return svgText(timelinePicture(stageBars(stages, nowMs), refused(checkpoints) ? [] : checkpoints.checkpoints, size, say), title);
  }
  if (tab === 'reads' && contents.reads && !refused(contents.reads.reads)) return svgText(readsPicture(readsModel(contents.reads.reads), size, say), title);
  if (tab === 'units' && contents.units) {
    const { units, graph } = contents.units;
    const shown = units && !refused(units) && units.units.length > 0 ? ranUnits(units) : graph ? writtenUnits(graph) : [];
    return shown.length === 0 ? undefined : svgText(unitsPicture(shown, size, say), title);
  }
  return undefined;
}

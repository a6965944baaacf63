import type { Src } from '../../../debug-adapter/api';
import { h, type Child, type Drawn } from '../drawing/drawn';
import type { Say } from '../drawing/figures';
import type { Action } from './actions';

/** `lived.rs:62`: the last part of the path, and the line. */
export const place = ({ path, line }: Src): string => `${path.slice(path.lastIndexOf('/') + 1)}${line === undefined ? '' : `:${line}`}`;

/** What opens a place in a file. */
export const opening = ({ path, line }: Src): Action => ({ do: 'open', path, ...(line === undefined ? {} : { line }) });

/** A button that looks like a link. */
export const link = (label: Child, action: Action, hint: string): Drawn => h('button', { class: 'link', type: 'button', title: hint, action }, label);

/** A place in the user's files as a link. A path of an upstream tree (not absolute) is looked for in the workspace when clicked. */
export const placeLink = (source: Src, say: Say, label = place(source)): Drawn => link(label, opening(source), say('Open {0}', `${source.path}${source.line === undefined ? '' : `:${source.line}`}`));

/** A paragraph that says why there is nothing to see. */
export const note = (text: string, kind: 'info' | 'problem' = 'info'): Drawn => h('p', { class: `note ${kind}`, role: kind === 'problem' ? 'alert' : undefined }, text);

export const button = (label: string, action: Action, hint = label): Drawn => h('button', { type: 'button', title: hint, 'aria-label': hint === label ? undefined : hint, action }, label);

/** The pages of the view Boot Chain, in their order. */
export const tabs = [{ id: 'timeline' }, { id: 'environment' }, { id: 'mounts' }, { id: 'reads' }, { id: 'units' }] as const;

export type TabId = (typeof tabs)[number]['id'];

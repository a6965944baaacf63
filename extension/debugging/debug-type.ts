/** Type of our launch configurations, as package.json declares it. */
export const debugType = 'bootscope';

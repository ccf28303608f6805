/** Of the stack under test. */
export const stackName = 'GatehouseTest';
/** Of a bootstrap of its own, so that the account's is left alone. */
export const toolkitName = 'GatehouseTestToolkit';
export const qualifier = 'gatehtest';

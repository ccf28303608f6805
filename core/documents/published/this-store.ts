/** What a plan names for channel and index of what is the organisation's own, which lies in the store already. */
export const thisStore = 'this store';

/** Whether a key, or an operation on one, is of what the gate writes down: verdicts, its ledger, scripts that passed, what it keeps. */
export const isOfGate = (text: string): boolean =>
  /\b_gatehouse\/(?:staging\/)?(?:verdicts|ledger|scripts|opened|recalled|held)\b/.test(text);

/** Whether it is of the ledger, which has an entry too many where nobody knows whether one arrived. */
export const isOfLedger = (text: string): boolean => /\b_gatehouse\/(?:staging\/)?ledger\b/.test(text);

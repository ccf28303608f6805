import { writeSync } from 'node:fs';
import { GatehouseError } from '../../core/problems/error.ts';
import { errorText } from './messages.ts';

/**
 * Runs what makes an app. What it refuses ends the process, told as a command tells it, without the stack of a bug. The CDK
 * would go on to synthesize what is there of the app when the process ended by itself.
 */
export function endOnRefusal(make: () => void): void {
  try {
    make();
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error;
    writeSync(process.stderr.fd, errorText(error));
    process.exit(1);
  }
}

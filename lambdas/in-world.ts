import type { Telemetry } from './telemetry.ts';

/** The part of Lambda's context that handlers look at. */
export interface Context {
  getRemainingTimeInMillis(): number;
}

/** A Lambda handler that makes its world with the first event and keeps it for as long as the container lives. */
export function inWorld<World extends { readonly telemetry: Telemetry }, Reply>(
  open: () => World,
  handle: (event: unknown, world: World, context: Context) => Promise<Reply>,
): (event: unknown, context: Context) => Promise<Reply> {
  let world: World | undefined;
  return async (event, context) => {
    world ??= open();
    try {
      return await handle(event, world, context);
    } finally {
      world.telemetry.flush();
    }
  };
}

import { registerHooks } from 'node:module'

/**
 * For the process of a run in virtual time, before the simulator is loaded: its devices then write on the lines of
 * lockstep-lines.ts instead of on ptys that are looked at every 20 ms. Everything else is what it is.
 */
export function redirectToLockstepLines(): void {
  const ours = new URL('./lockstep-open-pty.ts', import.meta.url).href
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier.endsWith('/hardware/pty.ts') && context.parentURL?.includes('/device-sim/devices/')
        ? { url: ours, shortCircuit: true }
        : next(specifier, context),
  })
}

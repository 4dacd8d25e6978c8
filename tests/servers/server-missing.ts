/** A program that tests need cannot be had on this machine; the message says why and what would give it. */
export class ServerMissing extends Error {
  override readonly name = 'ServerMissing'
}

/**
 * Whether the tests that need a server can run: `describe.runIf(await requireServer('influxd', findInfluxd))`.
 * Where it cannot be had the reason is printed and the tests are skipped.
 * @throws ServerMissing under CI=true, where a skipped test would be a hole that nobody sees.
 */
export async function requireServer(name: string, find: () => Promise<unknown>): Promise<boolean> {
  try {
    await find()
    return true
  } catch (error) {
    if (!(error instanceof ServerMissing) || process.env.CI === 'true') throw error
    console.warn(`skipped, ${name} cannot be had: ${error.message}`)
    return false
  }
}

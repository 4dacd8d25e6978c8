/** Another program listens where the hub should: the operator chooses another port. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken'
}

/**
 * What to throw when listening failed.
 * @param remedy what to do about it, after "choose another with": `--port`.
 */
export function listenError(cause: unknown, host: string, port: number, remedy: string): Error {
  const { code, message } = cause as NodeJS.ErrnoException
  if (code === 'EADDRINUSE')
    return new PortTaken(
      `port ${port} on ${host} is taken: another program listens there; choose another with ${remedy}`,
    )
  return new Error(`cannot listen on ${host} port ${port}: ${message}`, { cause })
}

import { request } from 'node:http'
import type { GatewayStatus } from './gateway-status.ts'
import { socketPaths } from './status-socket.ts'

const ANSWER_WITHIN_MS = 5000

/** `silent`: there is a process, and it does not answer. */
export type Answer = { state: 'running'; status: GatewayStatus } | { state: 'silent' } | { state: 'stopped' }

/**
 * Asks the gateway of a data folder how it is.
 * @throws Error where this user may not ask.
 */
export async function askGateway(dataFolder: string): Promise<Answer> {
  for (const path of socketPaths(dataFolder)) {
    const answer = await ask(path)
    if (answer.state !== 'stopped') return answer
  }
  return { state: 'stopped' }
}

/** @throws Error where this user may not ask. */
export function ask(socketPath: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path: '/', agent: false, timeout: ANSWER_WITHIN_MS }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (piece) => {
        text += piece
      })
      response.on('error', () => resolve({ state: 'silent' }))
      response.on('end', () => resolve(answerOf(text)))
    })
    asked.on('timeout', () => {
      resolve({ state: 'silent' })
      asked.destroy()
    })
    asked.on('error', ({ code, message }: NodeJS.ErrnoException) => {
      // A socket that a killed gateway left behind is there and refuses.
      if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ENOTDIR') resolve({ state: 'stopped' })
      else if (code === 'EACCES' || code === 'EPERM')
        reject(
          new Error(`${socketPath}: no permission: run this as the user that runs the gateway, or as root`),
        )
      else if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'EAGAIN') resolve({ state: 'silent' })
      else reject(new Error(`${socketPath}: ${message}`))
    })
    asked.end()
  })
}

/** Half an answer is none. */
function answerOf(text: string): Answer {
  try {
    return { state: 'running', status: JSON.parse(text) as GatewayStatus }
  } catch {
    return { state: 'silent' }
  }
}

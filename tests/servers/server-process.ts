import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findOnPath, type Program } from './debian-program.ts'

/** A real server under test, on loopback. */
export interface Server {
  url: string
  /** Ends it in good order and removes its data. */
  stop(): Promise<void>
  /** SIGKILL, as a crash would end it: its data stay, `restart` brings it back at the same address. */
  kill(): Promise<void>
  restart(): Promise<void>
}

export interface ServerSetup {
  url: string
  args: string[]
  /** Resolves to true once it serves. */
  ready: () => Promise<boolean>
}

const READY_WITHIN_MS = 30_000
const STOP_WITHIN_MS = 5_000

/**
 * Starts a server with a folder of its own. `setup` is called once and writes its configuration there.
 * @throws Error with what it printed where it ends or does not serve within 30 s.
 */
export async function startServer(
  program: Program,
  setup: (folder: string) => Promise<ServerSetup>,
): Promise<Server> {
  const folder = await mkdtemp(join(tmpdir(), 'gridpatrol-server-'))
  const { url, args, ready } = await setup(folder)
  let child: ChildProcess | undefined

  async function start(): Promise<void> {
    let output = ''
    const [command, ...rest] = await dyingWithUs([program.path, ...args])
    const started = spawn(command!, rest, { env: program.env, stdio: ['ignore', 'pipe', 'pipe'] })
    child = started
    let failure: Error | undefined
    started.once('error', (error) => {
      failure = error
    })
    for (const stream of [started.stdout, started.stderr])
      stream.on('data', (bytes) => {
        output = (output + bytes).slice(-4000)
      })
    const deadline = Date.now() + READY_WITHIN_MS
    while (!(await ready())) {
      if (failure) throw failure
      if (ended(started)) throw new Error(`${program.path} ended at its start: ${output}`)
      if (Date.now() > deadline) {
        started.kill('SIGKILL')
        throw new Error(`${program.path} does not serve ${url} after ${READY_WITHIN_MS} ms: ${output}`)
      }
      await sleep(20)
    }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = child
    if (!ending || ended(ending)) return
    const exited = once(ending, 'exit')
    ending.kill(signal)
    const forced = setTimeout(() => ending.kill('SIGKILL'), STOP_WITHIN_MS)
    await exited
    clearTimeout(forced)
  }

  const atExit = () => child?.kill('SIGKILL')
  process.once('exit', atExit)
  const stop = async () => {
    process.off('exit', atExit)
    await end('SIGTERM')
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await start()
  } catch (error) {
    await stop()
    throw error
  }
  return {
    url,
    stop,
    kill: () => end('SIGKILL'),
    async restart() {
      await end('SIGTERM')
      await start()
    },
  }
}

const ended = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null

/** A test process that is killed leaves no server behind where util-linux is there to see to it. */
async function dyingWithUs(command: string[]): Promise<string[]> {
  const setpriv = process.platform === 'linux' ? await findOnPath('setpriv') : undefined
  return setpriv ? [setpriv, '--pdeathsig', 'KILL', ...command] : command
}

/** A TCP port of the loopback that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as { port: number }
  probe.close()
  await once(probe, 'close')
  return port
}

/** Whether something listens on this TCP port of the loopback. */
export async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { debianProgram, type Program } from './debian-program.ts'
import { accepts, freePort, type Server, startServer } from './server-process.ts'

/** @throws ServerMissing */
export function findMosquitto(): Promise<Program> {
  return debianProgram({
    package: 'mosquitto',
    command: 'mosquitto',
    installedAs: 'usr/sbin/mosquitto',
  })
}

/**
 * A mosquitto of its own that lets anyone in. With `persistence` it writes its sessions to disk, at the
 * latest when it ends in good order. @throws ServerMissing
 */
export async function startMosquitto(options: { persistence?: boolean } = {}): Promise<Server> {
  const program = await findMosquitto()
  const port = await freePort()
  return startServer(program, async (folder) => {
    const configPath = join(folder, 'mosquitto.conf')
    const lines = [
      `listener ${port} 127.0.0.1`,
      'allow_anonymous true',
      `persistence ${options.persistence ?? false}`,
      `persistence_location ${folder}/`,
      'log_dest stderr',
      'log_type error',
      // Started by root it would change to a user that this machine may not have.
      ...(process.getuid?.() === 0 ? ['user root'] : []),
    ]
    await writeFile(configPath, `${lines.join('\n')}\n`)
    return { url: `mqtt://127.0.0.1:${port}`, args: ['-c', configPath], ready: () => accepts(port) }
  })
}

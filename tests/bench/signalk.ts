import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { npmPeer } from './npm-peer.ts'

/** The newest whose own dependencies are all at npm. */
const SIGNALK = 'signalk-server@2.23.0'

export interface SignalK {
  pid: number
  stop(): Promise<void>
}

/**
 * Signal K's server, which reads a receiver on a serial line as our gateway does. It listens on every address there is:
 * it gets a network of its own that has but a loopback. Resolves when it says that it runs. Linux only.
 */
export async function startSignalK(serialPath: string): Promise<SignalK> {
  const program = join(await npmPeer('signalk', SIGNALK), 'node_modules/signalk-server/bin/signalk-server')
  const folder = mkdtempSync(join(tmpdir(), 'gridpatrol-signalk-'))
  const serial = { type: 'serial', device: serialPath, baudrate: 9600, validateChecksum: true }
  const receiver = {
    type: 'providers/simple',
    options: { type: 'NMEA0183', logging: false, subOptions: serial },
  }
  const settings = {
    interfaces: { tcp: false, 'nmea-tcp': false, mdns: false },
    ssl: false,
    mdns: false,
    pipedProviders: [{ id: 'gps', enabled: true, pipeElements: [receiver] }],
  }
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings))
  const inOwnNetwork = ['-rn', 'sh', '-c', 'ip link set lo up; exec "$0" "$@"']
  const child = spawn('unshare', [...inOwnNetwork, process.execPath, program, '-c', folder], {
    env: { ...process.env, NODE_ENV: 'production', PORT: '3000' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  await says(child, /running at/)
  return {
    pid: child.pid!,
    async stop() {
      child.kill('SIGKILL')
      await once(child, 'close')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function says(child: ChildProcess, pattern: RegExp): Promise<void> {
  let output = ''
  return new Promise((resolve, reject) => {
    const hear = (bytes: Buffer): void => {
      output += bytes
      if (pattern.test(output)) resolve()
    }
    child.stdout!.on('data', hear)
    child.stderr!.on('data', hear)
    child.once('close', () => reject(new Error(`Signal K ended: ${output.slice(-2000)}`)))
  })
}

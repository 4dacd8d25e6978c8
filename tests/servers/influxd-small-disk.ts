import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { answers, findInfluxd, influxdConfiguration } from './influxd.ts'
import { ServerMissing } from './server-missing.ts'
import { freePort, type Server, startServer } from './server-process.ts'

interface SmallDisk extends Omit<Server, 'kill'> {
  /** Resolves when not a byte is left. */
  fill(): Promise<void>
  free(): Promise<void>
}

/**
 * Mounts a disk at $1 that nobody else sees, and runs influxd on it with the configuration $3, again whenever it ends.
 * Beside it a loop fills the disk while the file $2/fill is there, and empties it when that is gone.
 */
const SCRIPT = `
mount -t tmpfs -o size=32m tmpfs "$1" || exit 9
(while kill -0 $$ 2>/dev/null; do
  if [ -e "$2/fill" ]; then cat /dev/zero >> "$1/ballast" 2>/dev/null; : > "$2/full"
  elif [ -e "$2/full" ]; then rm -f "$1/ballast" "$2/full"; fi
  sleep 0.05
done) &
trap 'kill $influxd; exit' TERM
while :; do
  setpriv --pdeathsig KILL "$0" run -config "$3" & influxd=$!
  echo $influxd > "$2/pid"
  wait $influxd
done
`

/** Without root, by a user namespace. @throws ServerMissing where there are none. */
export async function canMount(): Promise<void> {
  await promisify(execFile)('unshare', [
    '-rm',
    'sh',
    '-c',
    'mount -t tmpfs tmpfs /mnt && setpriv --version',
  ]).catch((error) => {
    throw new ServerMissing(`no disk can be mounted by unshare -rm: ${(error as Error).message.trim()}`)
  })
}

/** An empty InfluxDB on a disk of 32 MB. @throws ServerMissing */
export async function startInfluxdOnSmallDisk(): Promise<SmallDisk> {
  const program = await findInfluxd()
  const [port, controlPort] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${port}`
  let wishes = ''
  const server = await startServer({ path: 'unshare', env: program.env }, async (folder) => {
    wishes = folder
    const disk = join(folder, 'disk')
    mkdirSync(disk)
    const config = join(folder, 'influxdb.conf')
    writeFileSync(config, influxdConfiguration(disk, port, controlPort, false))
    const args = ['-rm', 'sh', '-c', SCRIPT, program.path, disk, folder, config]
    return { url, args, ready: () => answers(`${url}/ping`) }
  })
  const reached = async (isFull: boolean) => {
    for (;;) {
      const { stdout } = await promisify(execFile)('ls', [wishes])
      if (stdout.split('\n').includes('full') === isFull) return
      await new Promise((later) => setTimeout(later, 50))
    }
  }
  return {
    url,
    stop: server.stop,
    async fill() {
      writeFileSync(join(wishes, 'fill'), '')
      await reached(true)
    },
    async free() {
      rmSync(join(wishes, 'fill'))
      await reached(false)
    },
    async restart() {
      process.kill(Number(readFileSync(join(wishes, 'pid'), 'utf8')))
    },
  }
}

import { execFile } from 'node:child_process'
import { chmod, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliDecompress } from 'node:zlib'
import { cachedFolder } from './cached-folder.ts'
import { findOnPath } from './debian-program.ts'
import { ServerMissing } from './server-missing.ts'

const run = promisify(execFile)
const inflate = promisify(brotliDecompress)

/** For `chromium.launch()` of playwright-core. */
interface ChromiumLaunch {
  executablePath: string
  args: string[]
}

/** WebGL drawn in software, and no call home. */
const ARGS = [
  '--no-sandbox',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
  // Words and boxes drawn by the processor itself: through a graphics card that is played in software every change of
  // the page beside the map costs some three hundred ms. WebGL stays as it is.
  '--disable-gpu-rasterization',
  '--disable-background-networking',
  '--no-first-run',
]

const COMMANDS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/**
 * The machine's Chromium or, on Linux x64, the one that the npm package @sparticuz/chromium carries.
 * @throws ServerMissing
 */
export async function findChromium(): Promise<ChromiumLaunch> {
  for (const command of COMMANDS) {
    const executablePath = await findOnPath(command, runs)
    if (executablePath) return { executablePath, args: ARGS }
  }
  return { executablePath: await packagedChromium(), args: ARGS }
}

/** Some distributions put a placeholder on PATH that only tells how to install. */
const runs = (path: string): Promise<boolean> =>
  run(path, ['--version']).then(
    ({ stdout }) => /Chrom/.test(stdout),
    () => false,
  )

async function packagedChromium(): Promise<string> {
  const platform = `${process.platform} ${process.arch}`
  if (platform !== 'linux x64')
    throw new ServerMissing(`no Chromium on PATH, and none is packaged for ${platform}; install Chromium`)
  const entry = fileURLToPath(import.meta.resolve('@sparticuz/chromium'))
  const packageFolder = entry.slice(0, entry.lastIndexOf('/build/'))
  const { version } = JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'))
  const folder = await cachedFolder(`chromium-${version}`, (scratch) =>
    unpack(join(packageFolder, 'bin'), scratch),
  )
  const launcher = join(folder, 'launch')
  if (!(await runs(launcher)))
    throw new ServerMissing(
      `no Chromium on PATH, and the packaged one does not start; see what ${launcher} --version says`,
    )
  return launcher
}

async function unpack(bin: string, folder: string): Promise<void> {
  await writeFile(join(folder, 'chromium'), await inflate(await readFile(join(bin, 'chromium.br'))))
  await chmod(join(folder, 'chromium'), 0o755)
  for (const archive of ['swiftshader.tar', 'fonts.tar', 'al2023.tar']) {
    const path = join(folder, archive)
    await writeFile(path, await inflate(await readFile(join(bin, `${archive}.br`))))
    await run('tar', ['-xf', path, '-C', folder])
    await rm(path)
  }
  await writeFile(join(folder, 'launch'), LAUNCHER, { mode: 0o755 })
}

/** `exec` keeps the pid, so that what starts the browser also ends it. The archive's own fonts.conf names AWS Lambda's folders. */
const LAUNCHER = `#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
if ldd "$here/chromium" | grep -q 'not found'; then
  export LD_LIBRARY_PATH="$here/lib\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
fi
if [ ! -e /etc/fonts/fonts.conf ]; then
  printf '<fontconfig><dir>%s/fonts</dir><cachedir>%s/fonts-cache</cachedir></fontconfig>' "$here" "$here" > "$here/fonts.conf"
  export FONTCONFIG_FILE="$here/fonts.conf"
fi
exec "$here/chromium" "$@"
`

import type { Pty } from '../../../device-sim/hardware/pty.ts'

/** A line that someone listens to all the time, and that looks for nobody: what is written is kept. */
export class MemoryPty implements Pty {
  readonly path = '/dev/null'
  readonly listening = true
  readonly droppedBytes = 0
  written = ''

  write(bytes: Uint8Array): void {
    this.written += Buffer.from(bytes).toString('latin1')
  }
  onData(): void {}
  onOpen(): void {}
  async ready(): Promise<void> {}
  close(): void {}
}

import { type FormEvent, useState } from 'react'
import { MAX_NOTE_LENGTH } from '../../../proto/domain.ts'
import { NewReport, type ProblemKinds, type TerminalState } from '../../../proto/terminal-http.ts'
import { sendReport } from './gateway.ts'
import { KindField } from './kind-field.tsx'
import { PhotoField } from './photo-field.tsx'
import { type PlaceAsked, PlaceField, positionOf } from './place-field.tsx'
import type { TakenPhoto } from './shrink-photo.ts'
import type { Language, Words } from './words.ts'

export interface ReportFormProps {
  words: Words
  language: Language
  kinds: ProblemKinds['kinds']
  fix: TerminalState['fix']
  onSent: () => Promise<void>
}

interface Draft {
  /** A report that is sent again because its answer got lost keeps its key. */
  key: string
  kind: string
  note: string
  component: string
  place: PlaceAsked
  photos: TakenPhoto[]
}

const emptyDraft = (): Draft => ({
  key: newKey(),
  kind: '',
  note: '',
  component: '',
  place: { by: 'fix', lat: '', lon: '' },
  photos: [],
})

type Progress =
  | { state: 'idle' }
  | { state: 'sending' }
  | { state: 'kept' }
  | { state: 'failed'; why: string }

/** A problem in four fields: kind, note, photos, place. */
export function ReportForm({ words, language, kinds, fix, onSent }: ReportFormProps) {
  const [draft, setDraft] = useState(emptyDraft)
  const [progress, setProgress] = useState<Progress>({ state: 'idle' })
  const change = (part: Partial<Draft>) => {
    setDraft((before) => ({ ...before, ...part }))
    setProgress((before) => (before.state === 'kept' ? { state: 'idle' } : before))
  }

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    const { key, kind, note, component, place, photos } = draft
    const position = positionOf(place, fix)
    if (position === 'wrong') {
      setProgress({ state: 'failed', why: words.badPosition })
      return
    }
    setProgress({ state: 'sending' })
    try {
      await sendReport(
        NewReport.parse({
          key,
          kind,
          note: note.trim(),
          photos: photos.map(({ base64 }) => ({ mediaType: 'image/jpeg', base64 })),
          ...(component === '' ? {} : { component }),
          ...(position === undefined ? {} : { position }),
        }),
      )
      setDraft(emptyDraft())
      setProgress({ state: 'kept' })
      await onSent()
    } catch (error) {
      setProgress({ state: 'failed', why: (error as Error).message })
    }
  }

  return (
    <form className="card" onSubmit={(event) => void submit(event)}>
      <KindField
        words={words}
        language={language}
        kinds={kinds}
        kind={draft.kind}
        onChange={(kind) => change({ kind })}
      />
      <label>
        {words.note}
        <textarea
          rows={3}
          maxLength={MAX_NOTE_LENGTH}
          value={draft.note}
          placeholder={words.notePlaceholder}
          onChange={(event) => change({ note: event.target.value })}
          data-testid="note"
        />
      </label>
      <PhotoField words={words} photos={draft.photos} onChange={(photos) => change({ photos })} />
      <PlaceField words={words} place={draft.place} fix={fix} onChange={(place) => change({ place })} />
      <label>
        {words.component}
        <input
          inputMode="numeric"
          pattern="\d{16}"
          maxLength={16}
          value={draft.component}
          placeholder={words.componentHint}
          onChange={(event) => change({ component: event.target.value })}
        />
      </label>
      <button
        className="send"
        type="submit"
        disabled={draft.kind === '' || progress.state === 'sending'}
        data-testid="send"
      >
        {progress.state === 'sending' ? words.sending : words.send}
      </button>
      <p role="status" className={progress.state === 'failed' ? 'problem' : 'good'} data-testid="progress">
        {progress.state === 'kept' && words.kept}
        {progress.state === 'failed' && progress.why}
      </p>
    </form>
  )
}

/** crypto.randomUUID is there on loopback and HTTPS only; phones come by plain HTTP. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

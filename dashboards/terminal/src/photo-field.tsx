import { useState } from 'react'
import { MAX_PHOTOS } from '../../../proto/domain.ts'
import { shrinkPhoto, type TakenPhoto } from './shrink-photo.ts'
import type { Words } from './words.ts'

export interface PhotoFieldProps {
  words: Words
  photos: TakenPhoto[]
  onChange: (photos: TakenPhoto[]) => void
}

export function PhotoField({ words, photos, onChange }: PhotoFieldProps) {
  const [problem, setProblem] = useState('')
  async function add(files: File[]): Promise<void> {
    setProblem('')
    const taken: TakenPhoto[] = []
    for (const file of files.slice(0, MAX_PHOTOS - photos.length))
      try {
        taken.push(await shrinkPhoto(file))
      } catch {
        setProblem(`${words.badPhoto}: ${file.name}`)
      }
    onChange([...photos, ...taken])
  }
  return (
    <fieldset>
      <legend>{words.photos}</legend>
      <div className="photos">
        {photos.map((photo, index) => (
          <figure key={photo.url}>
            <img src={photo.url} alt={`${words.photos} ${index + 1}`} />
            <button
              type="button"
              aria-label={`${words.removePhoto} ${index + 1}`}
              onClick={() => onChange(photos.filter((other) => other !== photo))}
            >
              ×
            </button>
          </figure>
        ))}
        {photos.length < MAX_PHOTOS && (
          <label className="add">
            ＋ {words.addPhoto}
            <input
              type="file"
              accept="image/*"
              capture="environment"
              multiple
              onChange={(event) => {
                const files = [...(event.target.files ?? [])]
                // The same file may be chosen again.
                event.target.value = ''
                void add(files)
              }}
              data-testid="photo"
            />
          </label>
        )}
      </div>
      {problem !== '' && <p className="problem">{problem}</p>}
    </fieldset>
  )
}

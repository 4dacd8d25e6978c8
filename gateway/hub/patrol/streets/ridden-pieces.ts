import type { Ridden } from './street-network.ts'

/** Going back by less is the receiver's error, not a ride. */
const JITTER_M = 15

/**
 * Joins legs to pieces: in come legs in the order of riding, out go pieces that lead through a part in one direction.
 * What is joined does not depend on when it is asked for.
 */
export class RiddenPieces {
  #finished: Ridden[] = []
  #piece: Ridden | undefined
  /** Where the last leg ended; not the piece's end where it went back a little. */
  #atM = 0
  /** Metres by confidence, of which the piece's is the mean. */
  #weight = 0

  add(leg: Ridden): void {
    if (leg.fromM === leg.toM) return
    const piece = this.#piece
    if (!piece || piece.part !== leg.part || Math.abs(leg.fromM - this.#atM) > 0.01) {
      this.finish()
      this.#begin({ ...leg })
      return
    }
    this.#atM = leg.toM
    const direction = Math.sign(piece.toM - piece.fromM)
    const beyondM = (leg.toM - piece.toM) * direction
    if (beyondM < -JITTER_M) {
      this.finish()
      this.#begin({ ...leg, fromM: piece.toM })
      return
    }
    const legM = Math.abs(leg.toM - leg.fromM)
    piece.confidence = (piece.confidence * this.#weight + leg.confidence * legM) / (this.#weight + legM)
    this.#weight += legM
    if (beyondM < 0) return
    piece.toM = leg.toM
    piece.endMs = leg.endMs
  }

  /** The way is broken off here. */
  finish(): void {
    if (this.#piece) this.#finished.push(this.#piece)
    this.#piece = undefined
  }

  /** Pieces that nothing will be added to any more, each once. */
  take(): Ridden[] {
    const taken = this.#finished
    this.#finished = []
    return taken
  }

  /** The same as it is, to go on by itself: nothing that is added to one is in the other. */
  fork(): RiddenPieces {
    const fork = new RiddenPieces()
    fork.#finished = [...this.#finished]
    fork.#piece = this.#piece && { ...this.#piece }
    fork.#atM = this.#atM
    fork.#weight = this.#weight
    return fork
  }

  #begin(piece: Ridden): void {
    this.#piece = piece
    this.#atM = piece.toM
    this.#weight = Math.abs(piece.toM - piece.fromM)
  }
}

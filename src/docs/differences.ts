/** Lists of numbers as differences of one to the next: those of neighbours are small and alike, and pack well. */

export function toDifferences(numbers: readonly number[]): number[] {
  return numbers.map((number, at) => number - (numbers[at - 1] ?? 0));
}

export function fromDifferences(differences: readonly number[]): number[] {
  let number = 0;
  return differences.map((difference) => (number += difference));
}

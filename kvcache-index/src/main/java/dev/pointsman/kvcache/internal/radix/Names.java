// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

/**
 * One holder's names for its blocks: a table from a name to the block's ordinal, with linear probing. A name is either
 * an engine's hash or, for a block that no engine named, the block's own hash; the two never meet.
 *
 * <p>The name is not written here but at the block, where all holders that use it share it: a place takes 5 bytes. Where
 * a holder's name differs from the one written at the block, its {@link Aliases} have it. Either way a block leads to its
 * name, so a block can be forgotten by its ordinal.
 *
 * <p>A place is an int and a tag byte. The int has 27 bits of ordinal, 4 bits that say how far the entry is from where
 * it would be if the table were empty (15: ask the name), and the sign for blocks' own hashes. The 4 bits are why
 * taking an entry out, which must move back those behind it, does not have to fetch their names from all over the
 * memory.
 *
 * <p>For one thread.
 */
final class Names {
    static final int NONE = -1;
    private static final byte[] NO_TAGS = {};
    private static final int[] NO_ENTRIES = {};
    private static final int FIRST_ROOM = 16;
    private static final int SMALL = 256;
    private static final int OWN = 1 << 31;
    private static final int ORDINAL_MASK = (1 << Blocks.ORDINAL_BITS) - 1;
    private static final int FAR_AWAY = 15;
    private static final int SHIFT = Blocks.ORDINAL_BITS;
    private static final long OWN_SALT = 0x632BE59BD9B4E019L;

    private final Blocks blocks;
    private final Budget budget;
    private final Aliases aliases;
    private byte[] tags = NO_TAGS;
    private int[] entries = NO_ENTRIES;
    private int size;

    Names(Blocks blocks, Budget budget) {
        this.blocks = blocks;
        this.budget = budget;
        this.aliases = new Aliases(budget);
    }

    int size() {
        return size;
    }

    /** Returns the number of places, of which some have an entry. */
    int places() {
        return tags.length;
    }

    /** Returns the ordinal at a place, or {@link #NONE} if it is empty. */
    int ordinal(int place) {
        return tags[place] == 0 ? NONE : entries[place] & ORDINAL_MASK;
    }

    /** Tells whether the entry at a place is a block's own hash. */
    boolean isOwn(int place) {
        return entries[place] < 0;
    }

    long name(int place) {
        int ordinal = entries[place] & ORDINAL_MASK;
        return entries[place] < 0 ? blocks.content.get(ordinal) : engineName(ordinal);
    }

    private long engineName(int ordinal) {
        long alias = aliases.get(ordinal);
        return alias != 0 ? alias : blocks.engine(ordinal);
    }

    private static long mix(long name, boolean own) {
        return Mix.mix(own ? name + OWN_SALT : name);
    }

    /** Returns the place of a name, or {@link #NONE}. */
    int find(long name, boolean own) {
        byte[] tags = this.tags;
        if (size == 0) {
            return NONE;
        }
        long mixed = mix(name, own);
        byte tag = Mix.tag(mixed);
        int place = Mix.place(mixed, tags.length);
        while (tags[place] != 0) {
            if (tags[place] == tag && (entries[place] < 0) == own && name(place) == name) {
                return place;
            }
            place = place + 1 == tags.length ? 0 : place + 1;
        }
        return NONE;
    }

    /**
     * Makes room for more entries, or as much as the budget allows.
     *
     * @return whether so many fit
     */
    boolean reach(int more) {
        int length = tags.length;
        long wanted = (long) size + more;
        if (wanted <= length - length / 5) {
            return true;
        }
        long larger = Math.max(FIRST_ROOM, Math.max(length + (length >> 1), wanted + (wanted >> 1)));
        if (larger > 1 << 30 || !budget.reserve(kind((int) larger), bytes((int) larger))) {
            // Slower, but better than to forget.
            return wanted <= length - (length >> 4);
        }
        rebuild((int) larger);
        return true;
    }

    /** Tells whether a block has a name that is not the one written there. */
    boolean isAliased(int ordinal) {
        return aliases.get(ordinal) != 0;
    }

    /** Tells whether it is fuller than it would be if it could have grown. */
    boolean isTight() {
        return size > tags.length - tags.length / 5;
    }

    /** Tells whether so many would fit, one of them with an alias if need be, if all others were forgotten. */
    boolean couldReach(int more, boolean alias) {
        return more <= tags.length - (tags.length >> 4) && (!alias || aliases.size() > 0);
    }

    /** Makes room for one more name that is not the one written at its block. Returns whether there is. */
    boolean reachAlias() {
        return aliases.reachNext();
    }

    private static Budget.Kind kind(int length) {
        return length <= SMALL ? Budget.Kind.HOLDERS : Budget.Kind.NAMES;
    }

    private void rebuild(int length) {
        byte[] oldTags = tags;
        int[] oldEntries = entries;
        tags = new byte[length];
        entries = new int[length];
        for (int i = 0; i < oldTags.length; i++) {
            if (oldTags[i] != 0) {
                int ordinal = oldEntries[i] & ORDINAL_MASK;
                boolean own = oldEntries[i] < 0;
                enter(own ? blocks.content.get(ordinal) : engineName(ordinal), own, ordinal);
            }
        }
        budget.release(kind(oldTags.length), bytes(oldTags.length));
    }

    private static long bytes(int length) {
        return length == 0 ? 0 : Budget.array(length, 1) + Budget.array(length, Integer.BYTES);
    }

    /** Returns how many names are not those written at their blocks. */
    int aliases() {
        return aliases.size();
    }

    /** Returns the bytes of all arrays. */
    long bytes() {
        return bytes(tags.length) + aliases.bytes();
    }

    /**
     * Adds a name that is not here yet for a block that has none; {@link #reach} must have said that it fits, and {@link
     * #reachAlias} too if it is an engine's and not the one written at the block.
     */
    void add(long name, boolean own, int ordinal) {
        if (!own && blocks.engine(ordinal) != name) {
            aliases.put(ordinal, name);
        }
        enter(name, own, ordinal);
        size++;
    }

    private void enter(long name, boolean own, int ordinal) {
        long mixed = mix(name, own);
        byte[] tags = this.tags;
        int place = Mix.place(mixed, tags.length);
        int away = 0;
        while (tags[place] != 0) {
            place = place + 1 == tags.length ? 0 : place + 1;
            away++;
        }
        tags[place] = Mix.tag(mixed);
        entries[place] = ordinal | Math.min(away, FAR_AWAY) << SHIFT | (own ? OWN : 0);
    }

    /** Takes out the entry at a place; those behind it may move back. */
    void removeAt(int place) {
        byte[] tags = this.tags;
        int[] entries = this.entries;
        int length = tags.length;
        aliases.remove(ordinal(place));
        int hole = place;
        int gap = 0;
        int next = place;
        while (true) {
            next = next + 1 == length ? 0 : next + 1;
            gap++;
            if (tags[next] == 0) {
                break;
            }
            int away = away(next);
            if (away >= gap) {
                tags[hole] = tags[next];
                entries[hole] = (entries[next] & ~(FAR_AWAY << SHIFT)) | Math.min(away - gap, FAR_AWAY) << SHIFT;
                hole = next;
                gap = 0;
            }
        }
        tags[hole] = 0;
        size--;
    }

    private int away(int place) {
        int away = entries[place] >>> SHIFT & FAR_AWAY;
        if (away < FAR_AWAY) {
            return away;
        }
        int home = Mix.place(mix(name(place), entries[place] < 0), tags.length);
        return home <= place ? place - home : place - home + tags.length;
    }

    /** Takes out the name of a block. Returns whether there was one. */
    boolean forget(int ordinal) {
        long name = engineName(ordinal);
        return (name != 0 && forgetIfAt(name, false, ordinal))
                || forgetIfAt(blocks.content.get(ordinal), true, ordinal);
    }

    private boolean forgetIfAt(long name, boolean own, int ordinal) {
        int place = find(name, own);
        if (place == NONE || ordinal(place) != ordinal) {
            return false;
        }
        removeAt(place);
        return true;
    }

    /** Forgets everything and gives the memory back. */
    void clear() {
        aliases.clear();
        budget.release(kind(tags.length), bytes(tags.length));
        tags = NO_TAGS;
        entries = NO_ENTRIES;
        size = 0;
    }
}

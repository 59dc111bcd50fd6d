// SPDX-License-Identifier: Apache-2.0
package dev.pointsman.kvcache.internal.radix;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Which endpoint is which holder. Masks and bitsets know holders by id, callers know endpoints by slot. An endpoint that
 * is removed leaves its id behind, marked dead, and its slot gets a new id with the next store; so removal takes
 * constant time, and the blocks of the dead id are swept out later. Only then is the id used again.
 *
 * <p>A reader collects ids and looks each one's slot up when it leaves the walk. Between the two an id could be swept
 * and given to another endpoint; so {@code recycled} counts those and a reader that sees it change begins again. Two
 * ids of one slot never come out of one walk: who is in it was a holder of its first run, and if the later of the two
 * was, the earlier is seen to be dead from there on.
 */
final class HolderTable {
    private static final int NOBODY = -1;
    private static final int FIRST_ROOM = 16;
    private static final VarHandle RECYCLED;
    private static final VarHandle SLOT =
            MethodHandles.arrayElementVarHandle(int[].class).withInvokeExactBehavior();

    static {
        try {
            RECYCLED = MethodHandles.lookup()
                    .findVarHandle(HolderTable.class, "recycled", long.class)
                    .withInvokeExactBehavior();
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Blocks blocks;
    private final Budget budget;
    private @Nullable Holder[] bySlot = new Holder[FIRST_ROOM];
    private @Nullable Holder[] byId = new Holder[FIRST_ROOM];
    private int[] freeIds = new int[FIRST_ROOM];
    private int free;
    private int used;
    private long recycled;
    private final Deque<Holder> dead = new ArrayDeque<>();
    private long heldByDead;

    /** The slot of each id, or {@link #NOBODY}. Replaced by a longer one as ids are added. */
    private volatile int[] slots = nobody(FIRST_ROOM);

    HolderTable(Blocks blocks, Budget budget) {
        this.blocks = blocks;
        this.budget = budget;
        budget.reserve(Budget.Kind.HOLDERS, bytes(FIRST_ROOM, FIRST_ROOM));
    }

    // For readers.

    /** Returns the slot of each id, or a negative number for dead ids. */
    int[] slots() {
        return slots;
    }

    long recycled() {
        return (long) RECYCLED.getAcquire(this);
    }

    boolean isRecycled(long recycledBefore) {
        VarHandle.acquireFence();
        return (long) RECYCLED.getOpaque(this) != recycledBefore;
    }

    // For the writer.

    /** Returns the holder of a slot, or null if it holds nothing. */
    @Nullable
    Holder at(int slot) {
        return slot < bySlot.length ? bySlot[slot] : null;
    }

    /** Returns the holder with an id that is in use. */
    Holder withId(int id) {
        Holder holder = byId[id];
        if (holder == null) {
            throw new AssertionError("id " + id + " is nobody's.\nMaybe two threads write one lane.");
        }
        return holder;
    }

    /** Tells whether an id is waiting to be swept out. */
    boolean isDead(int id) {
        Holder holder = byId[id];
        return holder != null && holder.dead;
    }

    /** Returns one more than the highest id ever used. */
    int used() {
        return used;
    }

    /** Returns the holder of a slot, a new one if it has none; null if there is no memory or no id left. */
    @Nullable
    Holder join(int slot) {
        Holder known = at(slot);
        if (known != null) {
            return known;
        }
        if ((free == 0 && used == Coverage.MOST_HOLDERS)
                || !reach(slot)
                || !budget.reserve(Budget.Kind.HOLDERS, Holder.BYTES)) {
            return null;
        }
        int id;
        if (free > 0) {
            id = freeIds[--free];
            RECYCLED.setOpaque(this, recycled + 1);
            VarHandle.storeStoreFence();
        } else {
            id = used++;
        }
        Holder holder = new Holder(id, slot, blocks, budget);
        bySlot[slot] = holder;
        byId[id] = holder;
        SLOT.setRelease(slots, id, slot);
        return holder;
    }

    private boolean reach(int slot) {
        int slotRoom = bySlot.length;
        int idRoom = byId.length;
        int newSlotRoom = slot < slotRoom ? slotRoom : (int) Math.min(1 << 30, Math.max(slot + 1L, 2L * slotRoom));
        int newIdRoom = free > 0 || used < idRoom ? idRoom : 2 * idRoom;
        if (newSlotRoom == slotRoom && newIdRoom == idRoom) {
            return true;
        }
        if (slot >= newSlotRoom || !budget.reserve(Budget.Kind.HOLDERS, bytes(newSlotRoom, newIdRoom))) {
            return false;
        }
        bySlot = Arrays.copyOf(bySlot, newSlotRoom);
        if (newIdRoom > idRoom) {
            byId = Arrays.copyOf(byId, newIdRoom);
            freeIds = Arrays.copyOf(freeIds, newIdRoom);
            int[] longer = nobody(newIdRoom);
            System.arraycopy(slots, 0, longer, 0, idRoom);
            slots = longer;
        }
        budget.release(Budget.Kind.HOLDERS, bytes(slotRoom, idRoom));
        return true;
    }

    /** Returns the slots of so many ids that nobody has. A reader may keep an array that was replaced and meet new ids. */
    private static int[] nobody(int ids) {
        int[] slots = new int[ids];
        Arrays.fill(slots, NOBODY);
        return slots;
    }

    static long bytes(int slots, int ids) {
        return Budget.array(slots, Integer.BYTES) + Budget.array(ids, Integer.BYTES) * 3;
    }

    /** Marks a holder dead: readers that begin now do not see it, and its slot is free. */
    void bury(Holder holder) {
        SLOT.setRelease(slots, holder.id, NOBODY);
        bySlot[holder.slot] = null;
        holder.dead = true;
        dead.add(holder);
        heldByDead += holder.heldInAll();
    }

    /** Returns the next holder to sweep out, or null. */
    @Nullable
    Holder nextDead() {
        return dead.peek();
    }

    /** Counts blocks that a dead holder now holds more; negative for fewer. */
    void countHeldByDead(long more) {
        heldByDead += more;
    }

    /** Returns how many blocks the dead still hold, counting one that lies in two tiers twice; at least their number. */
    long heldByDead() {
        return Math.max(dead.size(), heldByDead);
    }

    /** Returns the bytes of all arrays but those of the holders. */
    long bytes() {
        return bytes(bySlot.length, byId.length);
    }

    /** Gives back the id of the {@linkplain #nextDead next dead}, which holds nothing any more. */
    void recycle(Holder holder) {
        dead.remove();
        holder.names.clear();
        byId[holder.id] = null;
        freeIds[free++] = holder.id;
        budget.release(Budget.Kind.HOLDERS, Holder.BYTES);
    }
}

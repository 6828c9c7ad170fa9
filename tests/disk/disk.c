/* A disk that forgets and fails, put between the program and the system with LD_PRELOAD.
 *
 * It follows the files below DISK_ROOTS (paths, with colons between them).
 *
 * With DISK_SHADOW, a folder, it keeps there what a power cut would leave:
 *   files/ID  what of a file was synced by fsync or fdatasync,
 *   dirs/ID   the names in a folder when that was synced, a line for each: f or d, the ID, the name,
 *   roots     the ID of each root and its path.
 * What was only written, cached or direct, is not there, and neither is a name before its folder was synced. By chance, once
 * in four times, a part of it is there nevertheless: a disk may write what nobody has asked it to.
 *
 * With DISK_FAULTS, a file, what the program asks about the files below DISK_FAULTY fails by chance, once in so many times as
 * the file says, while it says more than 0; with an r before the number, only what it asks to read them. */

#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES 65536
#define OBJECTS 4096
#define BLOCK 4096
/* The system's own. */
#define REAL(name)                                                   \
  (*({                                                               \
    static __typeof__(&name) found;                                  \
    if (!found) found = (__typeof__(&name))real(#name);              \
    &found;                                                          \
  }))

/* A write, or a new length, that was not synced. */
struct change {
  struct change *next;
  off_t at;
  ssize_t length; /* -1: the file has the length `at` now */
  char bytes[];
};

/* A file or a folder below a root. */
struct object {
  dev_t device;
  ino_t inode;
  struct change *first, **last;
};

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static struct object objects[OBJECTS];
static int object_count;
/* For each descriptor: the number of its object plus 1, and whether it may fail. */
static int object_of[FILES];
static char may_fail[FILES];
static char *roots, *shadow, *faulty;
static volatile char *faults;
static uint64_t chance;

static void *real(const char *name) {
  void *found = dlsym(RTLD_NEXT, name);
  if (!found) abort();
  return found;
}

static int below(const char *path, const char *folder) {
  size_t length = strlen(folder);
  return length && !strncmp(path, folder, length) && (path[length] == 0 || path[length] == '/');
}

static int below_a_root(const char *path) {
  size_t length = strlen(path);
  /* SQLite makes its index of the log anew after a crash. */
  if (!roots || (length > 4 && !strcmp(path + length - 4, "-shm"))) return 0;
  char all[4096], *rest = all, *root;
  snprintf(all, sizeof all, "%s", roots);
  while ((root = strsep(&rest, ":")))
    if (below(path, root)) return 1;
  return 0;
}

/* Once in so many times, by chance (SplitMix64). */
static int once_in(uint64_t times) {
  uint64_t mixed = __atomic_add_fetch(&chance, 0x9e3779b97f4a7c15u, __ATOMIC_RELAXED);
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
  return (mixed ^ (mixed >> 31)) % times == 0;
}

static int fails(int may, int reads) {
  if (!may || !faults) return 0;
  int only_reads = faults[0] == 'r';
  unsigned times = (unsigned)atoi((const char *)faults + only_reads);
  return times && (reads || !only_reads) && once_in(times);
}

/* --- What a power cut leaves --------------------------------------------------------------------------------------- */

static int in_shadow(const char *kind, int id, int flags) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s/%d", shadow, kind, id);
  int file = REAL(open64)(path, flags | O_CLOEXEC, 0600);
  if (file < 0) abort();
  return file;
}

/* The number of the object at this path, which is new if it was never seen. It is held open, so that no other gets its inode. */
static int object_at(const char *path) {
  struct stat about;
  int hold = REAL(open64)(path, O_PATH | O_CLOEXEC);
  if (hold < 0) return -1;
  if (fstat(hold, &about) || !(S_ISREG(about.st_mode) || S_ISDIR(about.st_mode))) {
    REAL(close)(hold);
    return -1;
  }
  for (int id = 0; id < object_count; id++)
    if (objects[id].inode == about.st_ino && objects[id].device == about.st_dev) {
      REAL(close)(hold);
      return id;
    }
  if (object_count == OBJECTS) abort();
  int id = object_count++;
  objects[id] = (struct object){about.st_dev, about.st_ino, NULL, NULL};
  objects[id].last = &objects[id].first;
  REAL(close)(in_shadow(S_ISDIR(about.st_mode) ? "dirs" : "files", id, O_WRONLY | O_CREAT));
  return id;
}

static void apply(int file, const struct change *change, ssize_t length) {
  if (change->length < 0) {
    if (REAL(ftruncate64)(file, change->at)) abort();
  } else if (REAL(pwrite64)(file, change->bytes, length, change->at) != length) {
    abort();
  }
}

static void file_is_synced(int id) {
  if (!objects[id].first) return;
  int file = in_shadow("files", id, O_WRONLY);
  while (objects[id].first) {
    struct change *change = objects[id].first;
    objects[id].first = change->next;
    apply(file, change, change->length);
    free(change);
  }
  objects[id].last = &objects[id].first;
  REAL(close)(file);
}

static void file_changed(int id, off_t at, const void *bytes, ssize_t length) {
  struct change *change = malloc(sizeof *change + (length > 0 ? length : 0));
  if (!change) abort();
  *change = (struct change){NULL, at, length};
  if (length > 0) memcpy(change->bytes, bytes, length);
  if (once_in(4)) {
    int file = in_shadow("files", id, O_WRONLY);
    apply(file, change, length > 0 && once_in(2) ? length / (2 * BLOCK) * BLOCK : length);
    REAL(close)(file);
  }
  *objects[id].last = change;
  objects[id].last = &change->next;
}

static void folder_is_synced(int id, const char *path) {
  char name[4096], tmp[4096], file[8192];
  snprintf(name, sizeof name, "%s/dirs/%d", shadow, id);
  snprintf(tmp, sizeof tmp, "%s/dirs/tmp", shadow);
  FILE *out = fopen(tmp, "w");
  DIR *folder = REAL(opendir)(path);
  if (!out || !folder) abort();
  struct dirent *entry;
  while ((entry = readdir(folder))) {
    snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
    struct stat about;
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") || !below_a_root(file) || lstat(file, &about)) continue;
    int found = object_at(file);
    if (found >= 0) fprintf(out, "%c %d %s\n", S_ISDIR(about.st_mode) ? 'd' : 'f', found, entry->d_name);
  }
  closedir(folder);
  fclose(out);
  if (REAL(rename)(tmp, name)) abort();
}

/* A name in the folder of this path has changed. */
static void name_changed(const char *path) {
  char folder[4096], whole[4096];
  if (!shadow || !once_in(4)) return;
  snprintf(folder, sizeof folder, "%s", path);
  char *end = strrchr(folder, '/');
  if (!end) return;
  *end = 0;
  if (!realpath(folder, whole) || !below_a_root(whole)) return;
  pthread_mutex_lock(&guard);
  int id = object_at(whole);
  if (id >= 0) folder_is_synced(id, whole);
  pthread_mutex_unlock(&guard);
}

/* Everything that is there at the start is on the disk. */
static void is_on_disk(const char *path) {
  struct stat about;
  if (stat(path, &about) || !below_a_root(path)) return;
  int id = object_at(path);
  if (id < 0) return;
  if (S_ISDIR(about.st_mode)) {
    folder_is_synced(id, path);
    DIR *folder = REAL(opendir)(path);
    struct dirent *entry;
    while (folder && (entry = readdir(folder))) {
      char file[8192];
      snprintf(file, sizeof file, "%s/%s", path, entry->d_name);
      if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..")) is_on_disk(file);
    }
    if (folder) closedir(folder);
    return;
  }
  int from = REAL(open64)(path, O_RDONLY | O_CLOEXEC), to = in_shadow("files", id, O_WRONLY);
  static char bytes[1 << 20];
  ssize_t count;
  while ((count = REAL(read)(from, bytes, sizeof bytes)) > 0)
    if (REAL(write)(to, bytes, count) != count) abort();
  REAL(close)(from);
  REAL(close)(to);
}

__attribute__((constructor)) static void begin(void) {
  roots = getenv("DISK_ROOTS");
  shadow = getenv("DISK_SHADOW");
  faulty = getenv("DISK_FAULTY");
  char *seed = getenv("DISK_SEED"), *control = getenv("DISK_FAULTS");
  chance = seed ? strtoull(seed, NULL, 10) : 0;
  if (control) {
    int file = REAL(open64)(control, O_RDONLY | O_CLOEXEC);
    void *map = mmap(NULL, BLOCK, PROT_READ, MAP_SHARED, file, 0);
    if (file < 0 || map == MAP_FAILED) abort();
    faults = map;
    REAL(close)(file);
  }
  if (!shadow) return;
  char list[4096], *rest = list, *root;
  snprintf(list, sizeof list, "%s/roots", shadow);
  FILE *out = fopen(list, "w");
  if (!out) abort();
  snprintf(list, sizeof list, "%s", roots);
  while ((root = strsep(&rest, ":"))) {
    is_on_disk(root);
    fprintf(out, "%d %s\n", object_at(root), root);
  }
  fclose(out);
}

/* --- What the program asks ----------------------------------------------------------------------------------------- */

static int opened(int file, const char *path, int flags, int existed) {
  if (file < 0 || file >= FILES || (flags & O_PATH) == O_PATH) return file;
  char link[64], whole[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, whole, sizeof whole - 1);
  if (length <= 0) return file;
  whole[length] = 0;
  may_fail[file] = faulty && below(whole, faulty);
  if (!shadow || !below_a_root(whole)) return file;
  pthread_mutex_lock(&guard);
  int id = object_at(whole);
  object_of[file] = id + 1;
  if (id >= 0 && (flags & O_TRUNC)) file_changed(id, 0, NULL, -1);
  pthread_mutex_unlock(&guard);
  if (!existed) name_changed(path);
  return file;
}

#define OPEN(name)                                                                   \
  int name(const char *path, int flags, ...) {                                       \
    va_list more;                                                                    \
    va_start(more, flags);                                                           \
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(more, mode_t) : 0;         \
    va_end(more);                                                                    \
    int reads = (flags & O_ACCMODE) == O_RDONLY;                                     \
    if (fails(faulty && below(path, faulty), reads)) {                               \
      errno = EMFILE;                                                                \
      return -1;                                                                     \
    }                                                                                \
    int existed = !(flags & O_CREAT) || !access(path, F_OK);                          \
    return opened(REAL(name)(path, flags, mode), path, flags, existed);               \
  }
OPEN(open)
OPEN(open64)

DIR *opendir(const char *path) {
  if (fails(faulty && below(path, faulty), 1)) {
    errno = EMFILE;
    return NULL;
  }
  return REAL(opendir)(path);
}

int close(int file) {
  if (file >= 0 && file < FILES) object_of[file] = may_fail[file] = 0;
  return REAL(close)(file);
}

/* Whether what is asked of this descriptor fails. */
static int broken(int file, int reads) {
  if (file < 0 || file >= FILES || !fails(may_fail[file], reads)) return 0;
  errno = EIO;
  return 1;
}

static int followed(int file) { return shadow && file >= 0 && file < FILES ? object_of[file] - 1 : -1; }

ssize_t read(int file, void *bytes, size_t length) {
  return broken(file, 1) ? -1 : REAL(read)(file, bytes, length);
}

off_t lseek64(int file, off_t to, int from) { return broken(file, 0) ? -1 : REAL(lseek64)(file, to, from); }

ssize_t write(int file, const void *bytes, size_t length) {
  if (broken(file, 0)) return -1;
  ssize_t written = REAL(write)(file, bytes, length);
  int id = followed(file);
  if (id >= 0 && written > 0) {
    off_t after = REAL(lseek64)(file, 0, SEEK_CUR);
    pthread_mutex_lock(&guard);
    file_changed(id, after - written, bytes, written);
    pthread_mutex_unlock(&guard);
  }
  return written;
}

static ssize_t wrote(int file, const void *bytes, ssize_t written, off_t at) {
  int id = followed(file);
  if (id >= 0 && written > 0) {
    pthread_mutex_lock(&guard);
    file_changed(id, at, bytes, written);
    pthread_mutex_unlock(&guard);
  }
  return written;
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t at) {
  return broken(file, 0) ? -1 : wrote(file, bytes, REAL(pwrite)(file, bytes, length, at), at);
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t at) {
  return broken(file, 0) ? -1 : wrote(file, bytes, REAL(pwrite64)(file, bytes, length, at), at);
}

static int truncated(int file, int failed, off_t length) {
  int id = followed(file);
  if (id >= 0 && !failed) {
    pthread_mutex_lock(&guard);
    file_changed(id, length, NULL, -1);
    pthread_mutex_unlock(&guard);
  }
  return failed;
}

int ftruncate(int file, off_t length) { return truncated(file, REAL(ftruncate)(file, length), length); }
int ftruncate64(int file, off64_t length) { return truncated(file, REAL(ftruncate64)(file, length), length); }

/* Nothing but the shadow has to outlive a cut: the real disk is not waited for. */
static int synced(int file) {
  if (broken(file, 0)) return -1;
  int id = followed(file);
  if (id < 0) return REAL(fdatasync)(file);
  char link[64], whole[4096];
  struct stat about;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, whole, sizeof whole - 1);
  if (length <= 0 || fstat(file, &about)) abort();
  whole[length] = 0;
  pthread_mutex_lock(&guard);
  if (S_ISDIR(about.st_mode))
    folder_is_synced(id, whole);
  else
    file_is_synced(id);
  pthread_mutex_unlock(&guard);
  return 0;
}

int fsync(int file) { return synced(file); }
int fdatasync(int file) { return synced(file); }

#define NAMES(name, arguments, path, call)                 \
  int name arguments {                                     \
    if (fails(faulty && below(path, faulty), 0)) {         \
      errno = EIO;                                         \
      return -1;                                           \
    }                                                      \
    int failed = REAL(name) call;                          \
    if (!failed) name_changed(path);                       \
    return failed;                                         \
  }
NAMES(rename, (const char *from, const char *to), to, (from, to))
NAMES(unlink, (const char *path), path, (path))
NAMES(mkdir, (const char *path, mode_t mode), path, (path, mode))
NAMES(rmdir, (const char *path), path, (path))

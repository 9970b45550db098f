"""Names for the demo's patients."""

from __future__ import annotations

from models.clinic import Sex

#: Names that fit the sex.
WOMEN = (
    "Siti Aminah", "Dewi Sartika Putri", "Sri Hartati", "Nurul Hidayati", "Yuni Astuti", "Rina Marlina",
    "Endang Susilowati", "Maria Goreti Lestari", "Fitri Rahmadani", "Wahyuningsih", "Lilis Suryani",
    "Ayu Puspitasari", "Nining Kurniasih", "Titin Supriatin", "Ratih Kumalasari", "Kartini",
    "Rosmawati", "Desi Natalia", "Halimah", "Wulan Sari Dewi", "Euis Komariah", "Christina Simanjuntak",
    "Ida Ayu Putri", "Suparmi", "Novita Anggraeni", "Mulyati", "Yohana Sinaga", "Tri Handayani",
    "Nani Mulyani", "Aisyah")
MEN = (
    "Asep Saepudin", "Joko Purnomo", "Ahmad Fauzi", "Dedi Kurniawan", "Bambang Hermanto",
    "Rudi Hartono", "Yusuf Maulana", "Hendra Gunawan", "I Wayan Sudiarta", "Suryadi", "Agung Nugroho",
    "Ujang Suparman", "Eko Prasetyo", "Tono Sutono", "Lukman Hakim", "Ridwan Setiadi",
    "Parlindungan Siregar", "Wawan Hermawan", "Andi Baso", "Slamet Widodo", "Dadang Suhendar",
    "Iwan Setiawan", "Teguh Santoso", "Fransiskus Tarigan", "Mulyono", "Arif Rahman Hakim",
    "Cecep Hidayat", "Sugeng Riyanto", "Oman Abdurahman", "Gilang Ramadhan")
#: Name, sex and age of small children.
CHILDREN = (("Nabila Putri", Sex.FEMALE, 4), ("Rafi Pratama", Sex.MALE, 6), ("Keisha Aulia", Sex.FEMALE, 2),
            ("Dimas Saputra", Sex.MALE, 9), ("Alya Zahra", Sex.FEMALE, 11), ("Fajar Maulana", Sex.MALE, 3))
